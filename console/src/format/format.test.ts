import { describe, expect, test } from "vitest";
import { compareDecimals, fromNano, padDecimal, shiftDecimal, toNano } from "./decimal";
import { cost, perMillion, perUnit } from "./money";
import { median, milliseconds, speed, tokens, uptime } from "./numbers";
import { ago } from "./time";

describe("decimals", () => {
  test.each([
    ["0.0000025", 6, "2.5"],
    ["0.000000075", 6, "0.075"],
    ["2.5e-7", 6, "0.25"],
    ["0.00001500", 6, "15"],
    ["1", 6, "1000000"],
    ["0", 6, "0"],
    ["-0.000", 6, "0"],
    ["-1", 6, "-1000000"],
    [".5", 0, "0.5"],
    ["12345", -9, "0.000012345"],
  ])("the point of %s moved by %i gives %s", (text, places, expected) => {
    expect(shiftDecimal(text, places)).toBe(expected);
  });

  test.each(["", ".", "abc", "1,5", "0x10"])("%j is no number", (text) => {
    expect(shiftDecimal(text, 6)).toBeNull();
  });

  test("padding groups thousands and keeps every digit", () => {
    expect(padDecimal("1234567.5", 2)).toBe("1,234,567.50");
    expect(padDecimal("0.000012345", 2)).toBe("0.000012345");
  });

  test("nano amounts survive the way there and back", () => {
    expect(toNano(0.1 + 0.2)).toBe(300_000_000n);
    expect(toNano(1e-9)).toBe(1n);
    expect(toNano(4_000_000.123456789)).toBe(4_000_000_123_456_789n);
    expect(fromNano(1n)).toBe("0.000000001");
  });

  test("decimals are ordered as numbers, not as text", () => {
    expect(["0.00001", "0.000002", "3e-7"].sort(compareDecimals)).toEqual(["3e-7", "0.000002", "0.00001"]);
  });
});

describe("money", () => {
  test.each([
    ["0.0000025", "$2.50"],
    ["0.00000015", "$0.15"],
    ["0.000000001", "$0.001"],
    ["0.0000001234567", "$0.1234567"],
    ["0", "Free"],
    ["-1", "Unknown"],
    [undefined, "–"],
    ["oops", "–"],
  ])("%s USD a token is %s a million", (price, expected) => {
    expect(perMillion(price)).toBe(expected);
  });

  test("unit prices are not shifted", () => {
    expect(perUnit("0.005")).toBe("$0.005");
  });

  test("costs show a billionth and no float noise", () => {
    expect(cost(0.1 + 0.2)).toBe("$0.30");
    expect(cost(0.000012345)).toBe("$0.000012345");
    expect(cost(1e-9)).toBe("$0.000000001");
    expect(cost(-0.5)).toBe("−$0.50");
    expect(cost(1_500_000_000n)).toBe("$1.50");
    expect(cost(0)).toBe("$0.00");
    expect(cost(null)).toBe("–");
  });
});

describe("numbers", () => {
  test("token counts", () => {
    expect([tokens(950), tokens(4096), tokens(128_000), tokens(999_999), tokens(1_048_576), tokens(null)]).toEqual([
      "950", "4.1K", "128K", "1M", "1.05M", "–",
    ]);
  });

  test("durations and speeds", () => {
    expect([milliseconds(12.4), milliseconds(2350), milliseconds(61_240)]).toEqual(["12 ms", "2.35 s", "61.2 s"]);
    expect([speed(64.28), speed(3.14), speed(Number.POSITIVE_INFINITY)]).toEqual(["64 tok/s", "3.1 tok/s", "–"]);
  });

  test("uptime is never rounded up to a hundred", () => {
    expect([uptime(99.999), uptime(100), uptime(97.5), uptime(null)]).toEqual(["99.99%", "100%", "97.5%", "–"]);
  });

  test("median", () => {
    expect([median([]), median([3]), median([4, 1, 3]), median([4, 1, 3, 2])]).toEqual([null, 3, 3, 2.5]);
  });

  test("how long ago", () => {
    const now = Date.parse("2026-11-21T12:00:00Z");
    expect(ago("2026-11-21T11:59:58Z", now)).toBe("just now");
    expect(ago("2026-11-21T11:59:00Z", now)).toBe("1 min ago");
    expect(ago("2026-11-19T11:59:00Z", now)).toBe("2 d ago");
  });
});
