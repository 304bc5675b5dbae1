import type { Aspect } from "../../src/core/aspects.js";
import { type PerView, VIEWS, type View } from "../../src/core/design.js";
import type { Embedding } from "../../src/core/embedding.js";
import { type CatalogSample, SAMPLE_SIZE } from "../../src/core/ports.js";
import { DEFAULT_TOP_K, DEFAULT_WEIGHTS, scoreDesign } from "../../src/core/query.js";
import { createJudge, VERDICTS, type VerdictModel } from "../../src/core/verdict.js";
import { bootstrapIntervals } from "../../src/evaluation/bootstrap.js";
import { told } from "./descriptors.js";

/** A pair with its whole embeddings. */
export interface EmbeddedPair {
  /** What it is of; pairs of one subject are related. */
  readonly subject: string;
  /** 3 for the very design, less for its relatives. */
  readonly grade: number;
  readonly views: PerView<Embedding>;
}

/**
 * How often verdicts are right: of the matches that got one among the first 20, the share that is of the grade it claims; and
 * of the queries whose subject the catalogue lacks, the share of which it says that nothing is close. Intervals over subjects: the
 * queries of one are not independent.
 */
export async function measureVerdicts(
  catalogue: string,
  gallery: readonly EmbeddedPair[],
  queries: readonly EmbeddedPair[],
  aspects: readonly Aspect[],
  model: VerdictModel,
): Promise<Record<string, string | number>[]> {
  const judge = createJudge(aspects, model);
  const step = Math.max(1, gallery.length / SAMPLE_SIZE);
  const sample: CatalogSample = {
    designs: gallery.length,
    embeddings: gallery.filter((_, i) => i % step < 1).map(({ views }) => views),
  };
  const whole = aspects[0]!;
  const first = (views: PerView<Embedding>) =>
    Object.fromEntries(
      VIEWS.flatMap((view: View) => (views[view] ? [[view, views[view].subarray(0, whole.dim)]] : [])),
    );
  const ranked = gallery.map((entry) => ({ ...entry, first: first(entry.views) }));
  const subjects = new Set(gallery.map(({ subject }) => subject));
  const judgeQuery = async (query: EmbeddedPair) => {
    const asked = { embeddings: first(query.views), weights: DEFAULT_WEIGHTS };
    const found = ranked
      .map((entry) => ({ entry, score: scoreDesign(asked, entry.first)?.score ?? -1 }))
      .sort((a, b) => b.score - a.score)
      .slice(0, DEFAULT_TOP_K)
      .map(({ entry }) => entry);
    const stored = found.map(({ views }) => views);
    const judgements = await judge(query.views, stored, DEFAULT_WEIGHTS, sample);
    const matches = found.map(({ subject, grade }, i) => ({
      grade: subject === query.subject ? grade : 0,
      verdict: judgements[i]!.verdict!,
    }));
    return { subject: query.subject, known: subjects.has(query.subject), matches };
  };
  const judged = await Promise.all(queries.map(judgeQuery));
  const share = (of: string, judgements: readonly { subject: string; right: boolean }[]) => {
    const samples = judgements.map(({ subject, right }) => ({ subject, right: right ? 1 : 0 }));
    const mean = samples.reduce((sum, each) => sum + each.right, 0) / samples.length;
    const interval = () => bootstrapIntervals(["right"], samples, ({ subject }) => subject).right;
    const shown = samples.length > 0 ? told(mean, interval()) : "-";
    return { catalogue, designs: gallery.length, of, count: samples.length, right: shown };
  };
  const leastGrade = { same: 3, variant: 2, related: 1, "nothing close": 0 };
  const claimed = VERDICTS.slice(0, 3).map((verdict) =>
    share(
      `"${verdict}" is right`,
      judged
        .filter(({ known }) => known)
        .flatMap(({ subject, matches }) =>
          matches
            .filter((match) => match.verdict === verdict)
            .map(({ grade }) => ({ subject, right: grade >= leastGrade[verdict] })),
        ),
    ),
  );
  const [known, unknown] = [true, false].map((is) => judged.filter((query) => query.known === is));
  return [
    ...claimed,
    share(
      'the design is called "same"',
      known!.map(({ subject, matches }) => ({
        subject,
        right: matches.some(({ grade, verdict }) => grade === 3 && verdict === "same"),
      })),
    ),
    share(
      'nothing is there: "nothing close"',
      unknown!.map(({ subject, matches }) => ({
        subject,
        right: matches.every(({ verdict }) => verdict === "nothing close"),
      })),
    ),
  ];
}
