// Packs OpenAI's vocabulary for the tokenizer: node pack.mjs o200k_base.tiktoken o200k_base.bin.br
//
// Input: lines of "base64 rank", ranks 0, 1, 2 and so on. Output, compressed by Brotli: one byte per token, its length,
// and after all of those the bytes of all tokens, both in the order of the ranks.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';

const published = '446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d';

const [source, target] = process.argv.slice(2);
const text = readFileSync(source);
if (createHash('sha256').update(text).digest('hex') !== published) {
  throw new Error(`${source} is not the published vocabulary`);
}

const tokens = text.toString('ascii').trimEnd().split('\n').map((line, expected) => {
  const [token, rank] = line.split(' ');
  if (Number(rank) !== expected) {
    throw new Error(`rank ${rank} stands where ${expected} was expected`);
  }

  return Buffer.from(token, 'base64');
});

const packed = Buffer.concat([Buffer.from(tokens.map((token) => token.length)), ...tokens]);
const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22 } };
writeFileSync(target, brotliCompressSync(packed, options));
