import { ArrayTaskQueue, Piscina, type TaskQueue } from "piscina";
import { LANES, type Lane } from "../../core/ports.js";

type Task = NonNullable<ReturnType<TaskQueue["shift"]>>;

/** What waits for a thread: searches before imports, else in the order it came. */
export class LaneQueue implements TaskQueue {
  readonly #lanes = new Map(LANES.map((lane) => [lane, new ArrayTaskQueue()]));

  get size(): number {
    return [...this.#lanes.values()].reduce((sum, { size }) => sum + size, 0);
  }

  shift(): Task | null {
    for (const lane of this.#lanes.values()) {
      const task = lane.shift();
      if (!task) continue;
      const place = placeOf(task);
      if (place) place.leave = null;
      return task;
    }
    return null;
  }

  push(task: Task): void {
    this.#enter(task).push(task);
  }

  unshift(task: Task): void {
    this.#enter(task).unshift(task);
  }

  remove(task: Task): void {
    this.#of(task).remove(task);
  }

  #enter(task: Task): ArrayTaskQueue {
    const lane = this.#of(task);
    const place = placeOf(task);
    if (place) place.leave = () => lane.remove(task);
    return lane;
  }

  #of(task: Task): ArrayTaskQueue {
    return this.#lanes.get(placeOf(task)?.lane ?? "search")!;
  }
}

function placeOf(task: Task): Place | null {
  return task[Piscina.queueOptionsSymbol as never];
}

/** What a pool is told so that its tasks wait in lanes. */
export function inLanes() {
  // Else a task that is taken while no thread is free goes to its lane's end, behind those that came later.
  return { taskQueue: new LaneQueue(), stricterFIFO: true };
}

/** Where a task is. */
export interface Place {
  readonly lane: Lane;
  /** Takes it out of the queue; null when it is not there, for a thread has begun with it. */
  leave: (() => void) | null;
}

/** What {@link LaneQueue} goes by, as a part of a task. */
export function at(place: Place): object {
  return { [Piscina.queueOptionsSymbol]: place };
}
