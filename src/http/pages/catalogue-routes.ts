import type { Context, Hono } from "hono";
import { type PerView, VIEWS, type View, viewsOf } from "../../core/design.js";
import { parseFilter } from "../../core/filter.js";
import { AppError, errorTable } from "../../errors.js";
import { whileAwaited } from "../admission.js";
import { attributesOfFields } from "../form-attributes.js";
import { formLimit } from "../form-limit.js";
import { picturesOf, required } from "../searching.js";
import type { Served } from "../served.js";
import { cataloguePage } from "./catalogue-page.js";
import { designPage, newDesignPage, type RefusedFields, type TypedFields } from "./design-page.js";
import { contextOf, goTo } from "./page-context.js";
import { filterOf } from "./page-query.js";
import { readForm } from "./read-form.js";

/** Designs of a page: rows of four, and of three. */
const PAGE_SIZE = 48;

/** The pages to look at the catalogue's designs, and to change them. */
export function addCatalogueRoutes(pages: Hono, { diptych, deleted }: Served): void {
  const { catalog } = diptych;

  pages.get("/catalogue", async (context) => {
    const { after = null, id, deleted: justDeleted } = context.req.query();
    const wanted = id?.trim();
    if (wanted && (await catalog.get([wanted])).has(wanted))
      return context.redirect(designAddress(wanted), 303);
    const filter = filterOf(context);
    const [{ designs, next }, { designs: total }, attributes] = await Promise.all([
      catalog.list({ limit: PAGE_SIZE, after: after ?? wanted ?? null, filter: parseFilter(filter) }),
      catalog.stats(),
      catalog.attributes(),
    ]);
    return context.html(
      cataloguePage({
        ...contextOf(context),
        designs,
        total,
        attributes,
        filter,
        isFirst: after === null && !wanted,
        first: pageAddress(context, null),
        next: next === null ? null : pageAddress(context, next),
        deleted: justDeleted !== undefined && deleted.has(justDeleted) ? justDeleted : undefined,
        missing: wanted || undefined,
      }),
    );
  });

  pages.get("/catalogue/new", (context) => context.html(newDesignPage(contextOf(context))));

  pages.use("/catalogue/new", formLimit).use("/designs/:id", formLimit);
  pages.post("/catalogue/new", async (context) => {
    const fields = await fieldsOf(context);
    try {
      const { id, pictures } = fields;
      const attributes = attributesOfFields(fields);
      await diptych.put({ id, pictures, attributes, onlyNew: true }, whileAwaited(context));
    } catch (error) {
      const failure = refusalOf(error);
      return context.html(
        newDesignPage(contextOf(context), refusedFields(fields, failure)),
        statusOf(failure),
      );
    }
    return goTo(context, `${designAddress(fields.id)}?done=saved`);
  });

  pages.get("/designs/:id", async (context) => {
    const id = context.req.param("id");
    const design = required(await catalog.get([id]), id);
    const { done } = context.req.query();
    return context.html(
      designPage({
        ...contextOf(context),
        design,
        done: done === "saved" || done === "restored" ? done : undefined,
      }),
    );
  });

  pages.post("/designs/:id", async (context) => {
    const id = context.req.param("id");
    const fields = await fieldsOf(context);
    const stored = (await catalog.get([id])).get(id)?.attributes;
    try {
      const { pictures, without } = fields;
      const attributes = attributesOfFields(fields, stored);
      await diptych.put({ id, pictures, without, attributes }, whileAwaited(context));
    } catch (error) {
      const failure = refusalOf(error);
      const design = required(await catalog.get([id]), id);
      const edited = refusedFields(fields, failure);
      return context.html(designPage({ ...contextOf(context), design, edited }), statusOf(failure));
    }
    return goTo(context, `${designAddress(id)}?done=saved`);
  });

  pages.post("/designs/:id/delete", async (context) => {
    const id = context.req.param("id");
    await deleted.delete(id);
    return context.redirect(`/catalogue?${new URLSearchParams({ deleted: id })}`, 303);
  });

  pages.post("/designs/:id/restore", async (context) => {
    const id = context.req.param("id");
    await deleted.restore(id);
    return context.redirect(`${designAddress(id)}?done=restored`, 303);
  });
}

/** The fields of the form that a design is added or changed by. */
interface DesignFields extends TypedFields {
  readonly pictures: PerView<Uint8Array>;
}

async function fieldsOf(context: Context): Promise<DesignFields> {
  const { id = "", front, back, without = [], key = [], value = [] } = await readForm(context, { all: true });
  return {
    id: String(id).trim(),
    pictures: await picturesOf({ front, back }),
    without: textsIn(without).filter((text): text is View => VIEWS.some((view) => view === text)),
    keys: textsIn(key),
    values: textsIn(value),
  };
}

function refusedFields(fields: DesignFields, failure: AppError): RefusedFields {
  return { ...fields, failure, hadPictures: viewsOf(fields.pictures).length > 0 };
}

/** What whoever sent the form can mend there; anything else is for a page of its own. */
function refusalOf(error: unknown): AppError {
  const failure = AppError.from(error);
  if (statusOf(failure) >= 500 || failure.code === "NOT_FOUND") throw error;
  return failure;
}

function statusOf({ code }: AppError) {
  return errorTable[code].httpStatus;
}

function designAddress(id: string): string {
  return `/designs/${encodeURIComponent(id)}`;
}

function pageAddress(context: Context, after: string | null): string {
  const { searchParams } = new URL(context.req.url);
  for (const name of ["after", "deleted", "id"]) searchParams.delete(name);
  if (after !== null) searchParams.set("after", after);
  return `/catalogue${searchParams.size > 0 ? `?${searchParams}` : ""}`;
}

/** The texts of a field that may be there once, several times or not at all. */
function textsIn(values: string | File | (string | File)[]): string[] {
  return [values].flat().filter((each) => typeof each === "string");
}
