/** On the page of an import that runs: shows how far it is. Without this script the page is loaded anew every other second. */

interface ImportProgress {
  readonly state: string;
  readonly total: number | null;
  readonly rows: number;
  readonly imported: number;
  readonly unchanged: number;
  readonly failed: number;
  readonly waitsForWorker: boolean;
}

/** As often as without this script. */
const RELOAD_AFTER_MS = 2000;

const place = document.querySelector<HTMLElement>(".import[data-events]");
if (place) {
  const states = JSON.parse(place.dataset.states!) as Record<string, string>;
  const bar = place.querySelector("progress")!;
  // It connects again by itself when the connection was lost, but not when it was refused: a server begun anew knows of no import.
  const events = new EventSource(place.dataset.events!);
  events.addEventListener("error", () => {
    if (events.readyState === EventSource.CLOSED) window.setTimeout(() => location.reload(), RELOAD_AFTER_MS);
  });
  events.addEventListener("progress", ({ data }) => {
    const progress = JSON.parse(data) as ImportProgress;
    if (progress.state !== "waiting" && progress.state !== "running") {
      events.close();
      location.reload();
      return;
    }
    tell(".state", states[progress.state] ?? progress.state);
    tell(".total", progress.total ?? "…");
    for (const count of ["rows", "imported", "unchanged", "failed"] as const)
      tell(`.${count}`, progress[count]);
    place.querySelector<HTMLElement>(".waits-for-worker")!.hidden = !progress.waitsForWorker;
    bar.max = progress.total ?? 1;
    bar.value = progress.rows;
  });

  function tell(selector: string, value: string | number): void {
    place!.querySelector(selector)!.textContent = String(value);
  }
}
