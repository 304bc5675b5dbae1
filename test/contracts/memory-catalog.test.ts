import { contractModel, describeCatalog } from "./catalog.js";
import { MemoryCatalog } from "./memory-catalog.js";

describeCatalog("MemoryCatalog", async () => new MemoryCatalog(contractModel));
