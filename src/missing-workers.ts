import type { Embedder } from "./core/ports.js";

/** Between two looks at who works. */
const LOOK_INTERVAL_MS = 2000;

/**
 * Does work whose pictures may wait for others to embed them, and tells whenever it is seen that nobody runs who would, and that
 * somebody does again: until a worker is started, the work stands still.
 *
 * @param tell default: nobody, and then nobody looks.
 */
export async function tellingOfMissingWorkers<T>(
  embedder: Pick<Embedder, "model" | "load">,
  tell: ((areMissing: boolean) => void) | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (!tell) return work();
  let areMissing = false;
  let isOver = false;
  const look = async () => {
    // Whether Redis is away the pictures tell themselves: they fail.
    const load = await embedder.load().catch(() => null);
    if (!load?.workers || isOver) return;
    const wereMissing = areMissing;
    areMissing = !load.workers.some(({ model }) => model === embedder.model.sha256);
    if (areMissing !== wereMissing) tell(areMissing);
  };
  const timer = setInterval(look, LOOK_INTERVAL_MS);
  try {
    void look();
    return await work();
  } finally {
    isOver = true;
    clearInterval(timer);
  }
}
