import { fromNano, padDecimal, shiftDecimal, toNano } from "./decimal";

/** A price in USD per token as dollars per million tokens: `"0.0000025"` → `"$2.50"`. Zero is `Free`, a negative one stands for a price that nobody told: `Unknown`. */
export function perMillion(price: string | undefined | null): string {
  return dollars(price, 6, "Free");
}

/** A price in USD per unit (request, image, search): `"0.005"` → `"$0.005"`. */
export function perUnit(price: string | undefined | null): string {
  return dollars(price, 0, "Free");
}

/** A cost in USD, exact to a billionth: `0.00001234` → `"$0.00001234"`. */
export function cost(amount: number | bigint | null | undefined): string {
  if (amount === null || amount === undefined) {
    return "–";
  }
  const nano = typeof amount === "bigint" ? amount : toNano(amount);
  return nano < 0n ? `−$${padDecimal(fromNano(-nano), 2)}` : `$${padDecimal(fromNano(nano), 2)}`;
}

function dollars(price: string | undefined | null, places: number, zero: string): string {
  const shifted = price ? shiftDecimal(price, places) : null;
  if (shifted === null) {
    return "–";
  }
  if (shifted.startsWith("-")) {
    return "Unknown";
  }
  return shifted === "0" ? zero : `$${padDecimal(shifted, 2)}`;
}
