/**
 * On the page to import: tells how much of the upload has arrived, and what went wrong, with the files still chosen. Without this
 * script the browser sends the form itself.
 */

const form = document.querySelector<HTMLFormElement>(".upload");
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  send(form);
});

function send(sent: HTMLFormElement): void {
  const button = sent.querySelector<HTMLButtonElement>(".primary")!;
  const bar = sent.querySelector("progress")!;
  const words = button.textContent;
  const fail = (answer: unknown) => {
    button.textContent = words;
    button.ariaBusy = null;
    bar.hidden = true;
    sent.dispatchEvent(new CustomEvent("failure", { detail: answer }));
  };
  if (button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  button.textContent = sent.dataset.uploading!;
  bar.hidden = false;

  // fetch cannot tell how far an upload is.
  const request = new XMLHttpRequest();
  request.responseType = "json";
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    bar.value = total > 0 ? loaded / total : 0;
  });
  request.addEventListener("error", () => fail(null));
  request.addEventListener("load", () => {
    if (request.response?.location) location.assign(request.response.location);
    else fail(request.response);
  });
  request.open("POST", sent.action);
  request.setRequestHeader("Accept", "application/json");
  request.send(filesOf(sent));
}

/** Those of a folder go with their paths in it, which may tell what is a front and what a back. */
function filesOf(sent: HTMLFormElement): FormData {
  const data = new FormData();
  for (const [name, file] of new FormData(sent)) {
    if (file instanceof File && file.name !== "")
      data.append(name, file, file.webkitRelativePath || file.name);
  }
  return data;
}
