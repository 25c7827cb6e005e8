import { ok } from "node:assert/strict";
import { type Diagnostic, languages, Range, type TextDocument, type TextEditor, Uri, window, workspace } from "vscode";

/** One thing that must hold in a running VS Code; it throws when it does not. */
export type Case = { readonly name: string; readonly run: () => Promise<void> };

/** Rule names by code, put in by the launcher's bundling. */
declare const RULE_NAMES: Readonly<Record<string, string>>;

/** How long, in milliseconds, a case waits for an event that a working extension sends within a second. */
const patience = 30_000;

/** The URI of a file of the test workspace, by its `/` path from the workspace folder. */
export function inWorkspace(path: string): Uri {
  const folder = workspace.workspaceFolders?.[0];
  ok(folder, "the suite runs in a workspace folder");
  return Uri.joinPath(folder.uri, path);
}

/** Opens a file of the test workspace in an editor. */
export async function open(path: string): Promise<TextEditor> {
  return window.showTextDocument(await workspace.openTextDocument(inWorkspace(path)), { preview: false });
}

/** What Tether, and nobody else, says about a file now. */
export function findings(uri: Uri): Diagnostic[] {
  return languages.getDiagnostics(uri).filter((diagnostic) => diagnostic.source === "tether");
}

/** The name of the rule that a diagnostic comes from. */
export function rule({ code }: Diagnostic): string {
  const value = String(typeof code === "object" ? code.value : code);
  return RULE_NAMES[value] ?? value;
}

/** Waits until Tether's findings on a file satisfy `enough`, and answers them. */
export async function findingsUntil(
  uri: Uri,
  what: string,
  enough: (found: readonly Diagnostic[]) => boolean,
): Promise<Diagnostic[]> {
  await once(
    what,
    (check) => languages.onDidChangeDiagnostics(check),
    () => enough(findings(uri)),
    () => `; last seen on ${uri.path}: ${findings(uri).map(rule).join(", ") || "nothing"}`,
  );
  return findings(uri);
}

/** The finding of one rule on a file, once it is there. */
export async function findingOf(uri: Uri, name: string): Promise<Diagnostic> {
  const found = await findingsUntil(uri, `a finding of ${name}`, (all) => all.some((one) => rule(one) === name));
  const finding = found.find((one) => rule(one) === name);
  ok(finding);
  return finding;
}

/** Resolves once no finding of the rule is left on a file. */
export async function noFindingOf(uri: Uri, name: string): Promise<void> {
  await findingsUntil(uri, `no finding of ${name}`, (all) => all.every((one) => rule(one) !== name));
}

/** The place of `text` in a document, which must hold it. */
export function rangeOf(document: TextDocument, text: string): Range {
  const at = document.getText().indexOf(text);
  ok(at >= 0, `${document.uri.path} holds ${JSON.stringify(text)}`);
  return new Range(document.positionAt(at), document.positionAt(at + text.length));
}

/** Waits for VS Code to tell of a change after which `done` holds; fails with `what`, and what was `seen`, when none comes in time. */
export function once(
  what: string,
  subscribe: (check: () => void) => { dispose(): void },
  done: () => boolean,
  seen: () => string = () => "",
): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      subscription.dispose();
      settle();
    };
    const timer = setTimeout(
      () => finish(() => reject(new Error(`waited ${patience} ms for ${what}${seen()}`))),
      patience,
    );
    const check = () => {
      if (done()) finish(resolve);
    };
    const subscription = subscribe(check);
    check();
  });
}
