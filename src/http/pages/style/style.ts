import { baseStyle } from "./base.js";
import { catalogueStyle } from "./catalogue.js";
import { formStyle } from "./forms.js";
import { resultStyle } from "./result.js";

/** The pages' style sheet. The pictures are the page: all else is quiet. */
export const style = [baseStyle, formStyle, resultStyle, catalogueStyle].join("");
