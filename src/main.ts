#!/usr/bin/env node
import { Command } from "commander";
import { collect, fromZero, number, port, threads, wholeNumber } from "./cli/arguments.js";
import { outliveReaders } from "./cli/closed-output.js";
import { tellFailure } from "./cli/failure.js";
import { letHeapDouble } from "./cli/garbage.js";
import { readConfig, readTokens, type Settings } from "./config.js";
import { version } from "./version.js";

letHeapDouble();
outliveReaders();

const program = new Command("diptych")
  .description("Visual search for designs with two sides, a front and a back.")
  .version(version)
  .option("--catalog <dir>", "folder of the catalog (DIPTYCH_CATALOG; default ./diptych-data)")
  .option("--model <id>", "model pack (DIPTYCH_MODEL; default inception-v3)")
  .option("--models <dir>", "folder of your own model packs (DIPTYCH_MODELS; default ./diptych-models)")
  .option("--threads <n>", "threads that embed pictures (DIPTYCH_THREADS; default: all processors)")
  .option("--device <name>", "cpu, cuda, dml, coreml or webgpu (DIPTYCH_DEVICE; default cpu)")
  .option(
    "--target-recall <share>",
    "what searches of large catalogs find of the exact answer, 0.9 to 0.999 (DIPTYCH_TARGET_RECALL; default 0.99)",
  )
  .option("--log <level>", "debug, info, warn, error or silent (DIPTYCH_LOG; default info)")
  .option(
    "--redis <url>",
    "let workers embed pictures, through this Redis (REDIS_URL; default: this process)",
  )
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error:/, "diptych:")) })
  .configureHelp({ showGlobalOptions: true })
  .showHelpAfterError("(diptych --help tells the commands and their options)");

program
  .command("import")
  .description("bring designs into the catalog; run it again to go on, or to take in what changed")
  .argument("[source]", "manifest (.csv, .tsv, .jsonl with front, back and perhaps id) or folder of pictures")
  .option("--images <dir>", "what the manifest's relative paths are below (default: its own folder)")
  .option(
    "--npy <dir>",
    "take embeddings as they are from name_list.csv, img_feature_f.npy, img_feature_b.npy",
  )
  .option("--reembed", "embed the designs anew by --model, beside the present embeddings; then switch over")
  .option("--rollback", "go back to the embeddings before the last --reembed")
  .action(async (source, options) => {
    const { runImport } = await import("./cli/import.js");
    process.exitCode = await runImport(source, options, config());
  });

program
  .command("search")
  .description("find the designs most similar to a front picture, a back picture or both")
  .option("--front <file>", "picture of the front")
  .option("--back <file>", "picture of the back")
  .option("--front-weight <n>", "how much the front counts, from 0 up", number, 0.5)
  .option("--back-weight <n>", "how much the back counts, from 0 up", number, 0.5)
  .option(
    "--aspect <weights>",
    "what counts, such as detail=0.8,shape=0.2 (default: the model's first aspect, overall)",
  )
  .option("--ignore-colour", "find designs whatever their colours")
  .option("--top <n>", "how many matches", wholeNumber, 20)
  .option("--filter <condition>", "key=value, key=a|b, key!=value, key>=number; repeatable", collect, [])
  .option("--sheet <file>", "draw the result as a contact sheet (.jpg, .png, .webp)")
  .option("--json", "print the result as JSON")
  .action(async (options) => {
    const { runSearch } = await import("./cli/search.js");
    await runSearch(options, config());
  });

program
  .command("serve")
  .description("answer searches over HTTP; /api/v1/openapi.json describes them")
  .option("--port <n>", "port to listen on; 0: any that is free", port, 5000)
  .option("--host <address>", "address to listen on; beyond this machine with DIPTYCH_TOKENS", "127.0.0.1")
  .option("--insecure", "listen beyond this machine without tokens: whoever reaches it may change everything")
  .option("--trust-proxy", "take clients' addresses from the proxy's X-Forwarded-For")
  .action(async (options) => {
    const { runServe } = await import("./cli/serve.js");
    await runServe({ ...options, tokens: readTokens(process.env) }, config());
  });

program
  .command("token")
  .description("make a token that lets somebody use the server, and the entry of DIPTYCH_TOKENS for it")
  .requiredOption("--name <name>", "whose it is")
  .requiredOption("--scope <scope>", "search; write: also change the catalog; admin: also metrics and status")
  .action(async (options) => {
    const { runToken } = await import("./cli/token.js");
    runToken(options);
  });

program
  .command("worker")
  .description(
    "embed pictures for other processes, which it takes from --redis; any number of them, on any machines",
  )
  .option("--concurrency <n>", "threads that embed, 1 to 64 (default: as --threads)", threads)
  .option("--max-batch-size <n>", "pictures of one batch at most", wholeNumber, 16)
  .option("--max-queue-delay-ms <n>", "how long a lone picture waits for others at most", fromZero, 5)
  .option("--metrics-port <n>", "answer /metrics and /livez there (default: nowhere)", port)
  .option(
    "--metrics-host <address>",
    "address of that port; beyond this machine with DIPTYCH_TOKENS",
    "127.0.0.1",
  )
  .option("--insecure", "answer /metrics beyond this machine without tokens")
  .action(async (options) => {
    const { runWorker } = await import("./cli/worker.js");
    await runWorker({ ...options, tokens: readTokens(process.env) }, config());
  });

program
  .command("eval")
  .description("measure how well labelled queries are answered")
  .argument("<queries>", "CSV file with the columns id, front, back, relevant (id|id:grade|...), exclude")
  .option(
    "--aspect <weights>",
    "what counts, such as detail=0.8,shape=0.2 (default: the model's first aspect, overall)",
  )
  .option("--ignore-colour", "find designs whatever their colours")
  .option("--json", "print the metrics as JSON")
  .option("--html <file>", "write a page with the metrics and the worst queries as pictures")
  .action(async (queries, options) => {
    const { runEval } = await import("./cli/eval.js");
    process.exitCode = await runEval(queries, options, config());
  });

program
  .command("train")
  .description(
    "learn from labels what similar means, and write a model pack when that ranks held-out designs better",
  )
  .argument("[pairs]", "CSV file with the columns a, b (ids of designs), similar (0, 1 or a grade)")
  .option("--group <attribute>", "instead: designs with the same value of this attribute are similar")
  .option("--id <id>", "id of the new pack (default: the present one's with -trained behind it)")
  .option("--seed <n>", "decides which designs are held out", wholeNumber, 1)
  .option("--json", "print the result as JSON")
  .action(async (pairs, options) => {
    const { runTrain } = await import("./cli/train.js");
    process.exitCode = await runTrain(pairs, options, config());
  });

const models = program.command("models").description("list, show, add, verify and remove model packs");

models
  .command("list")
  .description("the model packs there are")
  .option("--json", "print them as JSON")
  .action(async (options) => {
    const { runModelsList } = await import("./cli/models.js");
    await runModelsList(options, config());
  });

models
  .command("show")
  .description("what a model pack is, and what it can run on here")
  .argument("<id>")
  .option("--json", "print its manifest as JSON")
  .action(async (id, options) => {
    const { runModelsShow } = await import("./cli/models.js");
    await runModelsShow(id, options, config());
  });

models
  .command("add")
  .description("make a model pack of a network")
  .argument(
    "<source>",
    "vgg16-keras, a .tflite file, or a folder in Hugging Face's layout; file and folder by path or https URL",
  )
  .option("--id <id>", "what the pack is called (default: after its source)")
  .option("--weights <file>", "Keras's weights for vgg16-keras: path or URL of the .h5 file")
  .option("--sha256 <hash>", "what the model file must have as its SHA-256")
  .option(
    "--file <name>",
    "which ONNX file of the folder (default: onnx/vision_model.onnx, onnx/model.onnx, ...)",
  )
  .option("--output <name>", "which output of the network (default: what its layout tells)")
  .option("--pooling <kind>", "average[:GRID], gem:POWER, flatten, none, first-token, mean-of-tokens")
  .option(
    "--resize <policy>",
    "trim, contain, stretch, cover:PIXELS, tutorial, or as-told: what the source says (default: aspect ratio kept, on white)",
  )
  .action(async (source, options) => {
    const { runModelsAdd } = await import("./cli/models.js");
    process.exitCode = await runModelsAdd(source, options, config());
  });

models
  .command("verify")
  .description("hold a model pack's files against its manifest, and run it")
  .argument("[id]", "default: every pack")
  .action(async (id) => {
    const { runModelsVerify } = await import("./cli/models.js");
    await runModelsVerify(id, config());
  });

models
  .command("remove")
  .description("remove a model pack that was added")
  .argument("<id>")
  .action(async (id) => {
    const { runModelsRemove } = await import("./cli/models.js");
    await runModelsRemove(id, config());
  });

const catalogIndex = program
  .command("index")
  .description("tell, rebuild and verify the index of a large catalog");

catalogIndex
  .command("status")
  .description("whether the catalog has an index, and what is in it")
  .option("--json", "print it as JSON")
  .action(async (options) => {
    const { runIndexStatus } = await import("./cli/catalog-index.js");
    await runIndexStatus(options, config());
  });

catalogIndex
  .command("rebuild")
  .description("build the index anew; searches go on meanwhile")
  .option("--json", "print its status as JSON")
  .action(async (options) => {
    const { runIndexRebuild } = await import("./cli/catalog-index.js");
    await runIndexRebuild(options, config());
  });

catalogIndex
  .command("verify")
  .description("compare searches by the catalog's own designs with exact ones")
  .option("--json", "print the recall as JSON")
  .action(async (options) => {
    const { runIndexVerify } = await import("./cli/catalog-index.js");
    process.exitCode = await runIndexVerify(options, config());
  });

program
  .command("export")
  .description("write the catalog's embeddings as NumPy files")
  .requiredOption("--npy <dir>", "folder for name_list.csv, img_feature_f.npy, img_feature_b.npy")
  .action(async (options) => {
    const { runExport } = await import("./cli/export.js");
    await runExport(options, config());
  });

program
  .command("doctor")
  .description("look through the catalog for what is damaged, missing or left behind; safe beside a server")
  .option("--repair", "remove what nobody needs, and set aside damaged designs to be imported anew")
  .option("--json", "print the findings as JSON")
  .action(async (options) => {
    const { runDoctor } = await import("./cli/doctor.js");
    process.exitCode = await runDoctor(options, config());
  });

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = tellFailure(error);
}

function config() {
  return readConfig(program.opts<Settings>(), process.env);
}
