/** Exact arithmetic on decimal numbers written as text. Nothing here goes through a float. */

const DECIMAL = /^(-?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i;

/** Moves the decimal point of `text` by `places` to the right and drops needless zeros; null when it is no number. */
export function shiftDecimal(text: string, places: number): string | null {
  const match = DECIMAL.exec(text.trim());
  if (!match || !(match[2] || match[3])) {
    return null;
  }
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  const digits = whole + fraction;
  let point = whole.length + places + Number(exponent);
  let padded = digits;
  if (point < 0) {
    padded = "0".repeat(-point) + digits;
    point = 0;
  }
  padded = padded.padEnd(point, "0");
  const left = padded.slice(0, point).replace(/^0+(?=\d)/, "") || "0";
  const right = padded.slice(point).replace(/0+$/, "");
  const result = right ? `${left}.${right}` : left;
  return sign && /[1-9]/.test(result) ? `-${result}` : result;
}

/** Pads the fraction to at least `places` digits and groups thousands: `1234.5` → `1,234.50`. */
export function padDecimal(text: string, places: number): string {
  const [whole = "0", fraction = ""] = text.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const padded = fraction.padEnd(places, "0");
  return padded ? `${grouped}.${padded}` : grouped;
}

/** A JSON number of dollars in whole nano-dollars; exact because money has at most nine decimals. */
export function toNano(amount: number): bigint {
  const shifted = shiftDecimal(String(amount), 9) ?? "0";
  const [whole = "0", fraction = ""] = shifted.split(".");
  const nano = BigInt(whole);
  return Number(`0.${fraction || "0"}`) >= 0.5 ? nano + (amount < 0 ? -1n : 1n) : nano;
}

/** The inverse of {@link toNano}: nano-dollars as decimal text. */
export function fromNano(nano: bigint): string {
  return shiftDecimal(nano.toString(), -9) ?? "0";
}

/** Orders two decimal texts like numbers. */
export function compareDecimals(a: string, b: string): number {
  const x = BigInt((shiftDecimal(a, 18) ?? "0").split(".")[0] ?? "0");
  const y = BigInt((shiftDecimal(b, 18) ?? "0").split(".")[0] ?? "0");
  return x < y ? -1 : x > y ? 1 : 0;
}
