import type { Hono } from "hono";
import { startImport } from "../imports/routes.js";
import type { Served } from "../served.js";
import { importFormPage, importPage } from "./import-pages.js";
import { contextOf, goTo } from "./page-context.js";

/** The pages to import designs, and to see how far an import is. */
export function addImportPages(pages: Hono, served: Served): void {
  const { imports } = served;

  pages.get("/catalogue/import", (context) =>
    context.html(importFormPage(contextOf(context), imports.list())),
  );

  pages.post("/catalogue/import", async (context) => {
    const { id } = await startImport(served, context.req.raw);
    return goTo(context, `/imports/${id}`);
  });

  pages.get("/imports/:id", (context) =>
    context.html(importPage(contextOf(context), imports.get(context.req.param("id")))),
  );

  pages.post("/imports/:id/cancel", (context) => {
    const { id } = imports.cancel(context.req.param("id"));
    return context.redirect(`/imports/${id}`, 303);
  });
}
