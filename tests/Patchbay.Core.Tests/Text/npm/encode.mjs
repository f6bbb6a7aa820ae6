// node encode.mjs texts.json: writes the o200k_base tokens of each text, by package, as JSON.
// node encode.mjs --measure FILE...: writes how fast each package counts the text of each file.
import { readFileSync } from 'node:fs';
import { countTokens, encode } from 'gpt-tokenizer/encoding/o200k_base';
import { getEncoding } from 'js-tiktoken';
import { get_encoding } from 'tiktoken';

const openai = get_encoding('o200k_base');
const port = getEncoding('o200k_base');
const plain = { disallowedSpecial: new Set() };

// Where JavaScript's regular expressions are not those of OpenAI: white space differs by two characters, a long s is not
// an s after an apostrophe, and characters newer than this Node.js are unknown.
const differs = /[\u0085\uFEFF\u017F\p{Cn}]/u;
const unlessDiffers = (text, tokens) => (differs.test(text) ? null : tokens());

function measure(paths) {
  const counts = {
    tiktoken: (text) => openai.encode_ordinary(text).length,
    'js-tiktoken': (text) => port.encode(text, [], []).length,
    'gpt-tokenizer': (text) => countTokens(text, plain),
  };
  for (const path of paths) {
    const bytes = readFileSync(path);
    const text = bytes.toString('utf8');
    for (const [name, count] of Object.entries(counts)) {
      let best = Infinity;
      let tokens = 0;
      for (let i = 0; i < 3; i++) {
        const start = performance.now();
        tokens = count(text);
        best = Math.min(best, performance.now() - start);
      }

      console.log(`${path} ${name}: ${tokens} tokens, ${(bytes.length / best / 1000).toFixed(1)} MB/s`);
    }
  }
}

if (process.argv[2] === '--measure') {
  measure(process.argv.slice(3));
} else {
  const texts = JSON.parse(readFileSync(process.argv[2], 'utf8'));
  process.stdout.write(JSON.stringify({
    tiktoken: texts.map((text) => Array.from(openai.encode_ordinary(text))),
    'js-tiktoken': texts.map((text) => unlessDiffers(text, () => port.encode(text, [], []))),
    'gpt-tokenizer': texts.map((text) => unlessDiffers(text, () => encode(text, plain))),
  }));
}
