import { AppError } from "../errors.js";

/** What the catalog stores of a design is not what was written: nobody can have it back as it was, and asking again changes nothing. */
export class DamagedDesignError extends AppError {
  constructor(id: string) {
    super(
      "CATALOG_UNAVAILABLE",
      `The design "${id}" is damaged in the catalog: what is stored of it is not what was written; find out about it with: diptych doctor`,
    );
  }
}
