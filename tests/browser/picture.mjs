// Takes the picture of the README: the page of `testdata/fleet`, with its first phone opened.
//
//     node picture.mjs PAGE.html PICTURE.png

import { resolve } from "node:path";
import { open } from "./browser.mjs";

const [page, picture] = process.argv.slice(2);
await open(resolve(page), page => page.screenshot({ path: picture }), { viewport: { width: 1180, height: 900 } });
