// `node _vscode.js EXTENSION PROGRAM FILE`: opens FILE in the extension, with a stand-in for the editor; then its text without
// the word MISTAKE, not saved. Prints the language it was given, and what was underlined, each time.
"use strict";
const Module = require("module");
const fs = require("fs");
const [extension, program, file] = process.argv.slice(2);
const handlers = {}, said = [];
const event = name => handler => { handlers[name] = handler; return {dispose() {}}; };
const document = {fileName: file, languageId: "ini", uri: {scheme: "file"}, version: 1, text: fs.readFileSync(file, "utf8"), getText() { return this.text; }};

const vscode = {
    Range: class { constructor(...at) { this.at = at; } },
    Diagnostic: class { constructor(range, message, severity) { Object.assign(this, {at: range.at, message, severity}); } },
    languages: {
        createDiagnosticCollection: () => ({set: (uri, list) => answered(list), delete() {}, dispose() {}}),
        setTextDocumentLanguage: (d, id) => { d.languageId = id; },
    },
    window: {showWarningMessage: message => { throw new Error(message); }},
    workspace: {
        textDocuments: [document],
        getConfiguration: () => ({program, live: true, together: false}),
        onDidOpenTextDocument: event("open"), onDidSaveTextDocument: event("save"), onDidChangeTextDocument: event("change"),
        onDidCloseTextDocument: event("close"),
    },
};

function answered(list) {
    said.push({language: document.languageId, list: list.map(d => [...d.at, d.severity, d.message])});
    if (said.length === 1) {
        document.text = document.text.replace("MISTAKE", "");
        document.version++;
        handlers.change({document});
    } else {
        handlers.close(document);
        process.stdout.write(JSON.stringify(said));
    }
}

const load = Module._load;
Module._load = (name, ...rest) => name === "vscode" ? vscode : load(name, ...rest);
require(extension).activate({subscriptions: []});
