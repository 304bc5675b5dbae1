/** What the benchmarks share: percentiles, and how a result is told. */

/** The value below which a share of the samples lies (nearest rank). */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!;
}

/** Milliseconds that each of `runs` calls took, one after another, after `warmUps` that are not counted. */
export async function time(
  runs: number,
  warmUps: number,
  call: (run: number) => Promise<unknown>,
): Promise<number[]> {
  const samples: number[] = [];
  for (let run = -warmUps; run < runs; run++) {
    const started = performance.now();
    await call(run + warmUps);
    if (run >= 0) samples.push(performance.now() - started);
  }
  return samples;
}

export function residentMb(): number {
  return process.memoryUsage().rss / 1e6;
}

type Rows = readonly Readonly<Record<string, string | number>>[];

/** Prints the rows as JSON with `--json`, else as a table. Figures are rounded to four digits. */
export function report(rows: Rows): void {
  if (process.argv.includes("--json")) console.log(JSON.stringify(rounded(rows), null, 2));
  else console.table(rounded(rows));
}

/** The same of several tables by name; in JSON they are one object. */
export function reportTables(tables: Readonly<Record<string, Rows>>): void {
  const all = Object.entries(tables).map(([name, rows]) => [name, rounded(rows)] as const);
  if (process.argv.includes("--json")) console.log(JSON.stringify(Object.fromEntries(all), null, 2));
  else {
    for (const [name, rows] of all) {
      console.log(`\n${name}`);
      console.table(rows);
    }
  }
}

function rounded(rows: Rows): Rows {
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([key, value]) => [
        key,
        typeof value === "number" ? Number(value.toPrecision(4)) : value,
      ]),
    ),
  );
}
