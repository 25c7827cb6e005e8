import { describe, expect, test } from "vitest";
import { ensureGrammars } from "../../server/src/engine/grammars.ts";
import { lowerScript } from "../../server/src/shell/lower.ts";
import type { Dialect } from "../../server/src/shell/script.ts";
import { windowsCommands, windowsDetached } from "../../server/src/shell/windows.ts";
import { produced, withJinja } from "../../server/src/syntax/pieces.ts";

await ensureGrammars();

function script(text: string, dialect: Dialect) {
  return lowerScript(withJinja(produced(text, { start: 0, end: text.length })), { dialect, place: "remote" });
}

/** `name word word`, in order of the text. */
function shown(text: string, dialect: Dialect): string[] {
  return windowsCommands(script(text, dialect)).map(({ name, words }) =>
    [name, ...words.slice(1).map((one) => one.text)].join(" "),
  );
}

function left(text: string, dialect: Dialect): string[] {
  return windowsDetached(script(text, dialect)).map((one) => one.how);
}

describe("PowerShell", () => {
  test.each<[string, string[]]>([
    ["cd C:\\etl; .\\load.exe -Day 1 | Out-File log.txt", ["cd C:\\etl", "load -Day 1", "out-file log.txt"]],
    ["& 'C:\\Program Files\\etl\\load.exe' --all", ["load --all"]],
    ["$p = Start-Process load -ArgumentList @('-a', 'b') -Wait", ["start-process load -ArgumentList @ -Wait", "-a, b"]],
    ["Start-Process load `\n  -Wait # not this one\nexit 1", ["start-process load -Wait", "exit 1"]],
    ["<# Start-Process a #>\n@'\nStart-Process b\n'@ | Out-Null", ["", "out-null"]],
    ["foreach ($f in 1..3) { saps load }", ["foreach", "$f in 1..3", "start-process load"]],
    ["a && b || c", ["a", "b", "c"]],
    ['cmd.exe /c "start /b load & echo x"', ["cmd /c start /b load & echo x", "start /b load", "echo x"]],
  ])("%s", (text, expected) => expect(shown(text, "powershell")).toEqual(expected));
});

describe("cmd", () => {
  test.each<[string, string[]]>([
    ["cd C:\\etl && load.exe --all > log.txt 2>&1", ["cd C:\\etl", "load --all > log.txt 2>", "1"]],
    ["if exist x (start load) else (echo no)", ["start load", "echo no"]],
    ["for %%f in (a b) do start load %%f", ["a b", "start load %%f"]],
    [
      'powershell -NoProfile -ExecutionPolicy Bypass -Command "Start-Process load; exit 1"',
      [
        "powershell -NoProfile -ExecutionPolicy Bypass -Command Start-Process load; exit 1",
        "start-process load",
        "exit 1",
      ],
    ],
    ["powershell.exe -File load.ps1", ["powershell -File load.ps1"]],
    ["rem start load\n@call start load", ["start load"]],
  ])("%s", (text, expected) => expect(shown(text, "cmd")).toEqual(expected));
});

describe("what is left running", () => {
  test.each<[string, Dialect, string[]]>([
    ["Start-Process load.exe -ArgumentList '--all'", "powershell", ["Start-Process"]],
    ["Start-Process load.exe -Wait", "powershell", []],
    ["Start-Process load.exe -Wait:$false", "powershell", ["Start-Process"]],
    ["Start-Process load -ArgumentList (Get-Content a) -Wait", "powershell", []],
    ["Start-Process @given", "powershell", []],
    ["Start-Process {{ params.exe }}", "powershell", ["Start-Process"]],
    ["Start-Process load {{ params.options }}", "powershell", []],
    ["Start-Process load -ArgumentList {{ params.options }}", "powershell", ["Start-Process"]],
    ["start load.bat {{ ds }}", "cmd", ["start"]],
    ["$p = Start-Process load -PassThru; $p.WaitForExit(); exit $p.ExitCode", "powershell", []],
    ["(Start-Process load -PassThru).WaitForExit()", "powershell", []],
    ["Start-Process load -PassThru | Wait-Process", "powershell", []],
    ["Start-Job { .\\load.ps1 }", "powershell", ["Start-Job"]],
    ["Start-Job { .\\load.ps1 } | Wait-Job | Receive-Job", "powershell", []],
    ["Invoke-Command -ComputerName h -ScriptBlock { load } -AsJob", "powershell", ["Invoke-Command -AsJob"]],
    ["Invoke-Command -ComputerName h -ScriptBlock { load }", "powershell", []],
    ["Start-Service demo; Restart-Service other; net start demo", "powershell", []],
    ["Invoke-CimMethod -ClassName Win32_Process -MethodName Create", "powershell", ["Win32_Process Create"]],
    ["Start-ScheduledTask -TaskName load", "powershell", ["Start-ScheduledTask"]],
    ["start load", "powershell", ["Start-Process"]],
    ["Write-Host 'Start-Process load'", "powershell", []],
    ["start load.bat", "cmd", ["start"]],
    ['start "" /b load.bat', "cmd", ["start"]],
    ['start "" /wait load.bat', "cmd", []],
    ["start /w load.bat", "cmd", []],
    ["schtasks /run /tn load", "cmd", ["schtasks /run"]],
    ["wmic process call create load.exe", "cmd", ["wmic process call create"]],
    ["echo start load", "cmd", []],
    ["net start load & sc start load", "cmd", []],
    ["powershell Start-Process load", "cmd", ["Start-Process"]],
    ['powershell -Command "Start-Process load"', "unknown", ["Start-Process"]],
    ["ssh host 'cmd /c start load.bat'", "bash", ["start"]],
    ["powershell -EncodedCommand U3RhcnQ=", "unknown", []],
  ])("%s (%s)", (text, dialect, expected) => expect(left(text, dialect)).toEqual(expected));
});
