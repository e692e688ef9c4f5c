/**
 * `npm run docs`: the reference of all that a program can import, from the comments of the sources, as pages in
 * docs/reference. What is public and has no comment, and what a comment says of parameters that there are not, is an error.
 */
import { Application, Converter, ReflectionKind } from "typedoc";
import { apart, entries } from "../build/entries.mjs";

const modules = { ...entries, ...apart };
const source = (name) => `src/${modules[name]}.ts`;
const imported = (name) => (name === "index" ? "receptive" : `receptive/${name}`);

const app = await Application.bootstrap({
  name: "Receptive",
  tsconfig: "tsconfig.build.json",
  entryPoints: Object.keys(modules).map(source),
  out: "docs/reference",
  readme: "README.md",
  includeVersion: true,
  disableSources: true,
  githubPages: false,
  requiredToBeDocumented: ["Class", "Function", "Interface", "Method", "TypeAlias", "Variable"],
  validation: { invalidLink: true, notDocumented: true, notExported: true, rewrittenLink: true },
  treatWarningsAsErrors: true,
  // What types are computed from, and what lies behind tensors and devices: no program names it.
  intentionallyNotExported: [
    "src/door/rules.ts:Rule",
    ...["Attributes", "ElementType", "GraphNode", "Operation", "Storage"],
    ...["Given", "OutputKind", "Program", "Running", "TargetDescription"],
    ...["src/models/densenet.ts:plans", "src/models/resnet-cifar.ts:plans", "src/models/squeezenet.ts:plans"],
    ...["Depth", "Normalised", "Plan", "elementBytes", "filters", "forms", "otherBits", "variances"],
    ...["Names", "OptionsOf", "makers"],
    ...["src/nn/graph.ts:Named", "src/worker/offer.ts:Named", "src/images/drawn.ts:Drawable"],
    ...["AboutData", "Choice", "InNumbers", "WithChoices", "methods"],
    ...["AugmentOptions", "LossOptions", "OptimizerOptions", "ScheduleOptions"],
    ...["src/training/best-epoch.ts:Patience"],
  ],
});

// Pages are called as one imports what is on them.
app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context) => {
  for (const module of context.project.getReflectionsByKind(ReflectionKind.Module)) {
    const name = Object.keys(modules).find((name) => modules[name].replace(/\/index$/, "") === module.name);
    if (name) module.name = imported(name);
  }
});

const project = await app.convert();
if (project) {
  app.validate(project);
  await app.generateOutputs(project);
}
if (!project || app.logger.hasErrors() || app.logger.hasWarnings()) process.exitCode = 1;
