import { ArrayTaskQueue, Piscina, type TaskQueue } from "piscina";
import type { Lane } from "../../core/ports.js";

type Task = NonNullable<ReturnType<TaskQueue["shift"]>>;

const LANES: readonly Lane[] = ["search", "import"];

/** What waits for a thread: searches before imports, else in the order it came. */
export class LaneQueue implements TaskQueue {
  readonly #lanes = new Map(LANES.map((lane) => [lane, new ArrayTaskQueue()]));

  get size(): number {
    return [...this.#lanes.values()].reduce((sum, { size }) => sum + size, 0);
  }

  shift(): Task | null {
    for (const lane of this.#lanes.values()) {
      const task = lane.shift();
      if (task) return task;
    }
    return null;
  }

  push(task: Task): void {
    this.#of(task).push(task);
  }

  unshift(task: Task): void {
    this.#of(task).unshift(task);
  }

  remove(task: Task): void {
    this.#of(task).remove(task);
  }

  #of(task: Task): ArrayTaskQueue {
    const options = task[Piscina.queueOptionsSymbol as never] as { readonly lane: Lane } | null;
    return this.#lanes.get(options?.lane ?? "search")!;
  }
}

/** What a pool is told so that its tasks wait in lanes. */
export function inLanes() {
  // Else a task that is taken while no thread is free goes to its lane's end, behind those that came later.
  return { taskQueue: new LaneQueue(), stricterFIFO: true };
}

/** What {@link LaneQueue} goes by, as a part of a task. */
export function inLane(lane: Lane): object {
  return { [Piscina.queueOptionsSymbol]: { lane } };
}
