const IN = [{ x: 26, y: 52 }, { x: 26, y: 100 }, { x: 26, y: 148 }];
const OUT = [20, 52, 84, 116, 148, 180].map((y) => ({ x: 294, y }));
const CABLES: ReadonlyArray<readonly [number, number, boolean]> = [
  [0, 1, false],
  [2, 5, false],
  [1, 4, false],
  [1, 2, true],
];

/** A picture of what the server does: programs on the left, providers on the right, cables between. Decoration only. */
export function PatchField({ className = "" }: { className?: string }) {
  return (
    <svg viewBox="0 0 320 200" className={className} fill="none" aria-hidden="true">
      {[...IN, ...OUT].map(({ x, y }) => (
        <g key={`${x}-${y}`}>
          <circle cx={x} cy={y} r="9" className="fill-panel stroke-line-strong" strokeWidth="1.5" />
          <circle cx={x} cy={y} r="3.5" className="fill-sunken stroke-line-strong" strokeWidth="1.5" />
        </g>
      ))}
      {CABLES.map(([from, to, live]) => {
        const a = IN[from] ?? { x: 0, y: 0 };
        const b = OUT[to] ?? { x: 0, y: 0 };
        const sag = 14 + Math.abs(a.y - b.y) * 0.15;
        return (
          <g key={`${from}-${to}`} className={live ? "text-accent" : "text-line-strong"}>
            <path d={`M${a.x} ${a.y}C${a.x + 110} ${a.y + sag} ${b.x - 110} ${b.y + sag} ${b.x} ${b.y}`} stroke="currentColor" strokeWidth={live ? 3 : 2.5} strokeLinecap="round" />
            <circle cx={a.x} cy={a.y} r="4.5" fill="currentColor" />
            <circle cx={b.x} cy={b.y} r="4.5" fill="currentColor" />
          </g>
        );
      })}
    </svg>
  );
}
