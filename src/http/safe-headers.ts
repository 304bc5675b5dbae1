import { secureHeaders } from "hono/secure-headers";

/** What every answer tells browsers: to run and load nothing but our own, to guess nothing, and to show it in no other page. */
export const safeHeaders = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    // blob: a picture that was chosen, before it is sent.
    imgSrc: ["'self'", "blob:"],
    scriptSrc: ["'self'"],
    connectSrc: ["'self'"],
    styleSrc: ["'self'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
  xFrameOptions: "DENY",
  // With none at all browsers send forms as from nowhere (Origin: null), and where they tell no Sec-Fetch-Site either, as over plain http,
  // sameOrigin could not tell Diptych's own pages from another site's.
  referrerPolicy: "same-origin",
  // Whether it is reached by https is for whoever puts a proxy before it.
  strictTransportSecurity: false,
});
