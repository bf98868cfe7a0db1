// Asks `logtally check --json` about the text as it stands in the editor, and underlines what it says.
//
// The text lies beside the file meanwhile, under a name that no glob of rules matches: what it names is relative to it.
"use strict";
const {execFile} = require("child_process");
const fs = require("fs");
const path = require("path");
const vscode = require("vscode");

const PAUSE_MS = 200; // after the last key
const OURS = /^\[\s*(?:(?:log|event|span|counter|gauge|histogram)\s+[A-Za-z_][^\]]*|patterns\s*)\]/m;
const CONFIGURATION = /^\[\s*(?:server|state|limits|metrics|rules)\s*\]/m;
let copies = 0;             // written; two checks of one file may run at once
const SEVERITIES = {mistake: 0, warning: 1, advice: 2}; // of vscode.DiagnosticSeverity

// Columns count bytes from 1, an editor's characters are UTF-16's from 0.
function character(line, column) {
    return Buffer.from(line, "utf8").subarray(0, Math.max(column - 1, 0)).toString("utf8").length;
}

// [what vscode shows] of `mistakes`, of those that are of `file`. A mistake without a column is of its whole line.
function diagnostics(mistakes, file, text) {
    const lines = text.split(/\r?\n/);
    return mistakes.filter(m => m.file === file && m.line !== null).map(m => {
        const line = lines[m.line - 1] || "";
        const from = m.column === null ? 0 : character(line, m.column);
        const to = m.end === null ? line.length : Math.max(character(line, m.end), from + 1);
        const shown = new vscode.Diagnostic(new vscode.Range(m.line - 1, from, m.line - 1, to), m.text + (m.hint ? "; " + m.hint : ""),
                                            SEVERITIES[m.severity]);
        shown.source = "logtally";
        return shown;
    });
}

function othersOf(file) {
    const directory = path.dirname(file);
    return fs.readdirSync(directory).filter(name => name.endsWith(".ini")).map(name => path.join(directory, name)).filter(f => f !== file);
}

// Calls done(diagnostics), or done(null, why) where there was no answer.
function check(file, text, settings, done) {
    const copy = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.${copies++}~`);
    const what = CONFIGURATION.test(text) ? ["-c", copy] : [copy];
    let others = [];

    try {
        others = settings.together ? othersOf(file) : [];
        fs.writeFileSync(copy, text);
    } catch (unwritten) {
        done(null, unwritten.message);
        return;
    }
    execFile(settings.program, ["check", "--json", ...what, ...others], {maxBuffer: 64 << 20}, (error, stdout) => {
        fs.rmSync(copy, {force: true});
        try {
            done(diagnostics(JSON.parse(stdout).mistakes, copy, text));
        } catch (unread) {
            done(null, error ? error.message : unread.message);
        }
    });
}

function activate(context) {
    const shown = vscode.languages.createDiagnosticCollection("logtally");
    const waiting = new Map();
    let complained = false;

    function ask(document) {
        const version = document.version;
        check(document.fileName, document.getText(), vscode.workspace.getConfiguration("logtally"), (list, why) => {
            if (list && version === document.version) {
                shown.set(document.uri, list);
            } else if (!list && !complained) {
                complained = true;
                vscode.window.showWarningMessage(`logtally check: ${why}`);
            }
        });
    }
    function soon(document, live) {
        if (document.languageId !== "logtally" || document.uri.scheme !== "file" ||
            (live && !vscode.workspace.getConfiguration("logtally").live)) {
            return;
        }
        clearTimeout(waiting.get(document));
        waiting.set(document, setTimeout(() => {
            waiting.delete(document);
            ask(document);
        }, live ? PAUSE_MS : 0));
    }
    // Other programs have INI files too: a file is ours if it has one of our sections.
    function opened(document) {
        if (document.languageId === "ini" && OURS.test(document.getText())) {
            vscode.languages.setTextDocumentLanguage(document, "logtally");
        }
        soon(document, false);
    }
    context.subscriptions.push(shown, vscode.workspace.onDidOpenTextDocument(opened),
                               vscode.workspace.onDidSaveTextDocument(document => soon(document, false)),
                               vscode.workspace.onDidChangeTextDocument(event => soon(event.document, true)),
                               vscode.workspace.onDidCloseTextDocument(document => {
                                   clearTimeout(waiting.get(document));
                                   shown.delete(document.uri);
                               }));
    vscode.workspace.textDocuments.forEach(opened);
}

module.exports = {activate, check, deactivate() {}};
