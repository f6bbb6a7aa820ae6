// node check.mjs pairs.json: writes, for each pair of a schema and a value, what ajv says of the value; None where it
// takes the schema for none.
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';

const pairs = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const verdicts = pairs.map(([schema, values]) => {
  let validate;
  try {
    validate = new Ajv({ strict: false, validateFormats: false, logger: false }).compile(schema);
  } catch {
    return values.map(() => 'None');
  }

  return values.map((value) => {
    try {
      return validate(value) ? 'Valid' : 'Invalid';
    } catch {
      // References that lead back to themselves end where the stack does.
      return 'Undecided';
    }
  });
});
process.stdout.write(JSON.stringify(verdicts));
