import { textsOption } from "./option.ts";

/** The option of the rules about lost exit statuses; a program counts by its base name. */
export const harmlessCommands = textsOption(
  "harmless-commands",
  "Further programs whose failure does not matter, by their name without a folder: your own `notify`, `push-metrics`. `rm`, `grep`, `echo` and their like are known.",
);
