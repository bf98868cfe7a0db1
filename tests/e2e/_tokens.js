// The tokens that a TextMate grammar gives files: `node _tokens.js GRAMMAR FILE...` prints {file: [[[start, end, [scope...]]...]...]},
// a list for each line. By vscode-textmate where NODE_PATH has it, as VS Code does, else by the little of it that our grammar needs.
"use strict";
const fs = require("fs");

function own(grammar) {
    const regexes = new Map();
    const at = (text, line, from) => {
        if (!regexes.has(text)) {
            regexes.set(text, new RegExp(text, "dg"));
        }
        const regex = regexes.get(text);
        regex.lastIndex = from;
        return regex.exec(line);
    };
    const named = include => grammar.repository[include.slice(1)];
    const flat = rules => rules.flatMap(r => r.include ? flat([named(r.include)]) : r.begin || r.match ? [r] : flat(r.patterns));
    const stack = [{patterns: flat(grammar.patterns), scopes: [grammar.scopeName]}];

    function line(text) {
        const tokens = [];
        const put = (from, to, scopes) => to > from && tokens.push([from, to, scopes]);
        function captured(found, captures, scopes) {
            let from = found.index;
            for (const [n, capture] of Object.entries(captures || {})) {
                if (found.indices[n]) {
                    put(from, found.indices[n][0], scopes);
                    put(...found.indices[n], [...scopes, capture.name]);
                    from = found.indices[n][1];
                }
            }
            put(from, found.index + found[0].length, scopes);
        }
        for (let from = 0, turns = 0; ; turns++) {
            const here = stack[stack.length - 1];
            let best = here.end ? {found: at(here.end, text, from)} : {found: null};
            for (const rule of here.patterns) {
                const found = at(rule.match || rule.begin, text, from);
                if (found && (!best.found || found.index < best.found.index)) {
                    best = {found, rule};
                }
            }
            if (!best.found || turns > 10000) {
                put(from, text.length, here.scopes);
                return tokens;
            }
            const {found, rule} = best;
            put(from, found.index, here.scopes);
            from = found.index + found[0].length;
            if (!rule) {
                stack.pop();
                captured(found, here.endCaptures, here.scopes);
            } else if (rule.match) {
                captured(found, rule.captures, rule.name ? [...here.scopes, rule.name] : here.scopes);
            } else {
                const scopes = rule.name ? [...here.scopes, rule.name] : here.scopes;
                captured(found, rule.beginCaptures, scopes);
                stack.push({end: rule.end, endCaptures: rule.endCaptures, patterns: flat(rule.patterns || []), scopes});
            }
        }
    }
    return line;
}

async function real(path) {
    const textmate = require("vscode-textmate"), oniguruma = require("vscode-oniguruma");
    await oniguruma.loadWASM(fs.readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm")));
    const registry = new textmate.Registry({
        onigLib: Promise.resolve({createOnigScanner: p => new oniguruma.OnigScanner(p), createOnigString: s => new oniguruma.OnigString(s)}),
        loadGrammar: async () => textmate.parseRawGrammar(fs.readFileSync(path, "utf8"), path),
    });
    const grammar = await registry.loadGrammar("source.logtally");
    return () => {
        let state = textmate.INITIAL;
        return text => {
            const got = grammar.tokenizeLine(text, state);
            state = got.ruleStack;
            return got.tokens.filter(t => t.startIndex < text.length).map(t => [t.startIndex, Math.min(t.endIndex, text.length), t.scopes]);
        };
    };
}

async function main([path, ...files]) {
    let begin;
    try {
        begin = await real(path);
    } catch (missing) {
        const grammar = JSON.parse(fs.readFileSync(path, "utf8"));
        begin = () => own(grammar);
    }
    const all = {};
    for (const file of files) {
        const line = begin();
        all[file] = fs.readFileSync(file, "utf8").split("\n").map(line);
    }
    process.stdout.write(JSON.stringify(all));
}

main(process.argv.slice(2));
