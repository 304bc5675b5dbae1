import { setFlagsFromString } from "node:v8";

/**
 * Lets the heap double before V8 looks for garbage. Pictures and tensors lie outside it, and V8 counts them as its growth: it looked every
 * dozen searches, a tenth of all their time (docs/decisions/0015). Of the whole process, its threads included.
 */
export function letHeapDouble(): void {
  setFlagsFromString("--heap-growing-percent=100");
}
