/*
 * check.mjs - checks the region: types, roles, facets, schemes, code lists and the sample, all problems at once.
 *
 *     node check.mjs [AREA.TSV]
 *
 * AREA.TSV is the generated list of areas (default ../build/gen/region/codes/area.tsv); without it codes of areas
 * are not looked up, and that is said. Exit 1 when there is a problem. Needs nothing but Node 18.
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const areaFile = process.argv[2] ?? path.join(here, '../build/gen/region/codes/area.tsv');
const problems = [];
const problem = (where, what) => problems.push(`${where}: ${what}`);

const KINDS = new Set([
    'string',
    'text',
    'integer',
    'decimal',
    'money',
    'bool',
    'date',
    'year',
    'code',
    'identifier',
    'url',
    'email',
    'link',
    'group',
]);
const FIELD_KEYS = new Set([
    'name',
    'label',
    'kind',
    'to',
    'role',
    'codes',
    'scheme',
    'identity',
    'required',
    'many',
    'unique_items',
    'min',
    'max',
    'unit',
    'pattern',
    'facet',
    'range',
    'search',
    'visibility',
    'example',
    'help',
    'fields',
]);
const SEARCH = new Set(['title', 'keywords', 'who', 'text', 'ident']);
const CLASSES = new Set(['public', 'member', 'officer', 'private']);
const RULES = new Set([
    'uscc',
    'orcid',
    'doi',
    'issn',
    'isbn',
    'cn-patent',
    'cn-application',
    'standard-number',
    'cstr',
    'ror',
    'name',
    'none',
]);
const ELEMENTS = new Set(
    [
        'title',
        'creator',
        'subject',
        'description',
        'publisher',
        'contributor',
        'date',
        'type',
        'format',
        'identifier',
        'source',
        'language',
        'relation',
        'coverage',
        'rights',
    ].map((name) => `dc:${name}`),
);
/* Types whose sample records are all invented and must say so. */
const INVENTED = new Set([
    'person',
    'project',
    'achievement',
    'patent',
    'paper',
    'instrument',
    'service',
    'need',
    'product',
    'call',
]);

function readJson(name) {
    try {
        return JSON.parse(fs.readFileSync(path.join(here, name), 'utf8'));
    } catch (error) {
        problem(name, error.message);
        return undefined;
    }
}

function checkLabel(where, label) {
    for (const lang of ['zh', 'en']) {
        if (typeof label?.[lang] !== 'string' || label[lang].trim() === '') problem(where, `no ${lang} label`);
        else if (label[lang] !== label[lang].trim()) problem(where, `spaces around the ${lang} label`);
    }
    if (label?.en && /[\u4e00-\u9fff]/.test(label.en)) problem(where, `Chinese in the English label ${label.en}`);
}

/* ---- code lists ---- */

function readList(file, list, where) {
    const lines = fs.readFileSync(file, 'utf8').split('\n');
    const head = /^# ([^\t]+)\t([^\t]+)(?:\topen=(.+))?$/.exec(lines[0]);
    if (!head) problem(where, 'first line is not "# zh TAB en [TAB open=PATTERN]"');
    else if (!list.label) list.label = { zh: head[1], en: head[2] };
    if (head?.[3]) list.open = new RegExp(`^(?:${head[3]})$`);
    if (!/^code\tzh\ten\tparent(\t|$)/.test(lines[1])) problem(where, 'second line is not the heads');
    if (lines.at(-1) !== '') problem(where, 'no line break at the end');
    lines.slice(2, -1).forEach((line, i) => {
        const [code, zh, en, parent] = line.split('\t');
        const at = `${where}:${i + 3}`;
        if (!code || !zh || code !== code.trim() || zh !== zh.trim())
            problem(at, 'code or label is missing or has spaces around it');
        if (list.items.has(code)) problem(at, `${code} twice`);
        if (!en && !list.namesOnly) problem(at, `${code} has no English label`);
        if (en && /[\u4e00-\u9fff]/.test(en)) problem(at, `Chinese in the English label of ${code}`);
        list.items.set(code, { zh, en: en ?? '', parent: parent ?? '' });
    });
}

const lists = new Map();
const areaKnown = fs.existsSync(areaFile);
{
    const folder = path.join(here, 'codes');
    const names = fs
        .readdirSync(folder)
        .filter((name) => name.endsWith('.tsv'))
        .map((name) => name.slice(0, -'.tsv'.length));
    for (const name of names.filter((item) => !item.endsWith('-extra'))) {
        lists.set(name, { items: new Map() });
        readList(path.join(folder, `${name}.tsv`), lists.get(name), `codes/${name}.tsv`);
    }
    lists.set('area', { items: new Map(), namesOnly: true });
    if (areaKnown) readList(areaFile, lists.get('area'), areaFile);
    for (const name of names.filter((item) => item.endsWith('-extra'))) {
        const base = lists.get(name.slice(0, -'-extra'.length));
        if (base) readList(path.join(folder, `${name}.tsv`), base, `codes/${name}.tsv`);
        else problem(`codes/${name}.tsv`, 'there is no list to add to');
    }
    for (const [name, list] of lists) {
        if (name === 'area' && !areaKnown) continue;
        for (const [code, item] of list.items) {
            if (item.parent && (item.parent === code || !list.items.has(item.parent)))
                problem(`codes/${name}.tsv`, `${code}: no parent ${item.parent}`);
        }
    }
}

const accepts = (list, code) => list !== undefined && (list.items.has(code) || (list.open?.test(code) ?? false));

/* ---- roles, facets, schemes ---- */

const roles = readJson('roles.json') ?? {};
const facets = readJson('facets.json') ?? [];
const schemes = readJson('schemes.json') ?? {};
for (const [name, role] of Object.entries(roles)) {
    checkLabel(`roles.json ${name}`, role);
    checkLabel(`roles.json ${name} inverse`, role.inverse);
}
for (const [name, scheme] of Object.entries(schemes)) {
    checkLabel(`schemes.json ${name}`, scheme.label);
    if (!RULES.has(scheme.check)) problem(`schemes.json ${name}`, `no check rule ${scheme.check}`);
    for (const words of ['about', 'form']) if (scheme[words]) for (const lang of ['zh', 'en']) if (!scheme[words][lang]) problem(`schemes.json ${name}`, `no ${lang} ${words}`);
}
{
    const [heads, ...rows] = fs.readFileSync(path.join(here, 'glossary.tsv'), 'utf8').split('\n').filter((line) => line && !line.startsWith('#'));
    if (heads !== 'name\tzh\ten\tabout_zh\tabout_en\tsource') problem('glossary.tsv', 'the first line is not the heads');
    const seen = new Set(Object.values(schemes).map((scheme) => scheme.label?.zh));
    for (const row of rows) {
        const [name, zh, en, aboutZh, aboutEn, , beyond] = row.split('\t');
        checkLabel(`glossary.tsv ${name}`, { zh, en });
        if (!/[\u4e00-\u9fff]/.test(aboutZh) || !aboutEn || beyond) problem(`glossary.tsv ${name}`, 'a cell is missing or beyond the six');
        if (seen.has(zh)) problem(`glossary.tsv ${name}`, `${zh} is explained twice`);
        seen.add(zh);
    }
    for (const step of readJson('tour.json') ?? []) {
        for (const words of [step.label, step.about, ...step.examples.map((one) => one.says)])
            if (!words?.zh || !words?.en) problem(`tour.json ${step.name}`, 'words are missing in a language');
    }
}
if (facets.length > 11) problem('facets.json', `${facets.length} facets, at most 11`);
for (const facet of facets) {
    checkLabel(`facets.json ${facet.name}`, facet.label);
    const seen = new Map();
    for (const name of facet.lists ?? (facet.codes ? [facet.codes] : [])) {
        if (!lists.has(name)) {
            problem(`facets.json ${facet.name}`, `no code list ${name}`);
            continue;
        }
        for (const [code, item] of lists.get(name).items) {
            const other = seen.get(code);
            if (other && (other.zh !== item.zh || other.en !== item.en || other.parent !== item.parent))
                problem(
                    `facets.json ${facet.name}`,
                    `${code} is ${other.zh} in ${other.list} and ${item.zh} in ${name}`,
                );
            seen.set(code, other ?? { ...item, list: name });
        }
    }
    /* Two values of one facet that read the same cannot be told apart; great classifications may share a word. */
    const words = new Map();
    for (const [code, item] of seen) {
        const other = words.get(item.zh);
        if (other && other.list !== item.list && lists.get(item.list).items.size < 200)
            problem(`facets.json ${facet.name}`, `${item.zh} is ${other.code} in ${other.list} and ${code} in ${item.list}`);
        words.set(item.zh, other ?? { code, list: item.list });
    }
}

/* ---- identifiers ---- */

function modulo(text, weights, base) {
    return [...text].reduce((sum, c, i) => sum + Number(c) * weights(i), 0) % base;
}

const checks = {
    none: (text) => text.trim() !== '',
    uscc(text) {
        const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
        if (!/^[0-9A-HJ-NPQRTUWXY]{18}$/.test(text)) return false;
        let sum = 0;
        let weight = 1;
        for (const c of text.slice(0, 17)) {
            sum += alphabet.indexOf(c) * weight;
            weight = (weight * 3) % 31;
        }
        const organisation = text.slice(8, 17);
        const own =
            11 -
            ([...organisation.slice(0, 8)].reduce(
                (total, c, i) => total + parseInt(c, 36) * [3, 7, 9, 10, 5, 8, 4, 2][i],
                0,
            ) %
                11);
        return (
            text[17] === alphabet[(31 - (sum % 31)) % 31] &&
            organisation[8] === (own === 10 ? 'X' : own === 11 ? '0' : String(own))
        );
    },
    orcid(text) {
        const plain = text.replace(/-/g, '');
        if (!/^\d{15}[\dX]$/.test(plain)) return false;
        const total = [...plain.slice(0, 15)].reduce((sum, c) => (sum + Number(c)) * 2, 0);
        const check = (12 - (total % 11)) % 11;
        return plain[15] === (check === 10 ? 'X' : String(check));
    },
    doi: (text) => /^10\.[0-9.]{4,}\/\S+$/.test(text),
    issn(text) {
        const plain = text.replace(/-/g, '');
        if (!/^\d{7}[\dX]$/.test(plain)) return false;
        const check = (11 - modulo(plain.slice(0, 7), (i) => 8 - i, 11)) % 11;
        return plain[7] === (check === 10 ? 'X' : String(check));
    },
    isbn: (text) =>
        /^\d{13}$/.test(text.replace(/-/g, '')) && modulo(text.replace(/-/g, ''), (i) => (i % 2 ? 3 : 1), 10) === 0,
    'cn-patent': (text) => /^CN\d{7,9}[A-Z]\d?$/.test(text),
    'cn-application'(text) {
        const plain = text.replace(/^(CN|ZL)/, '').replace('.', '');
        if (!/^(\d{8}|\d{12})[\dX]$/.test(plain)) return false;
        const check = modulo(plain.slice(0, -1), (i) => 2 + (i % 8), 11);
        return plain.at(-1) === (check === 10 ? 'X' : String(check));
    },
    'standard-number': (text) =>
        /^[A-Z][A-Z/ ]*\d[\d.-]*(-\d+|:\d{4})$/.test(text) || /^[A-Z]\/[A-Z]+ \d+(\.\d+)?-\d{4}$/.test(text),
    cstr: (text) => /^\d{5}\.\d{2}\.\S+$/.test(text),
    ror(text) {
        const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
        const id = text.replace('https://ror.org/', '');
        if (!/^0[0-9a-hj-km-np-tv-z]{6}\d{2}$/.test(id)) return false;
        const number = [...id.slice(0, 7)].reduce((sum, c) => sum * 32n + BigInt(alphabet.indexOf(c)), 0n);
        return BigInt(id.slice(7)) === 98n - ((number * 100n) % 97n);
    },
};

/* ---- types ---- */

const types = new Map();
const used = { roles: new Set(), schemes: new Set(['src']), lists: new Set(), facets: new Set(['year']) };

function checkField(where, field, top) {
    const at = `${where} ${field.name}`;
    for (const key of Object.keys(field)) {
        if (!FIELD_KEYS.has(key)) problem(at, `unknown member ${key}`);
    }
    if (!/^[a-z][a-z0-9_]*$/.test(field.name ?? '')) problem(at, 'bad name');
    checkLabel(at, field.label);
    if (field.help) checkLabel(`${at} help`, field.help);
    if (!KINDS.has(field.kind)) problem(at, `no kind ${field.kind}`);
    if (field.visibility && !CLASSES.has(field.visibility)) problem(at, `no class ${field.visibility}`);
    if (field.search && !SEARCH.has(field.search)) problem(at, `no search field ${field.search}`);
    if ((field.kind === 'code') !== Boolean(field.codes) || (field.codes && !lists.has(field.codes)))
        problem(at, `codes ${field.codes}`);
    if ((field.kind === 'identifier') !== Boolean(field.scheme) || (field.scheme && !schemes[field.scheme]))
        problem(at, `scheme ${field.scheme}`);
    if ((field.kind === 'link') !== Boolean(field.role && field.to) || (field.role && !roles[field.role]))
        problem(at, `role ${field.role}`);
    if ((field.kind === 'group') !== Boolean(field.fields)) problem(at, 'fields go with kind group');
    if (!top && (field.kind === 'group' || field.kind === 'link' || field.facet || field.identity || field.search))
        problem(at, 'a field of a group is plain: no group, link, facet, identity or search');
    if (field.facet) {
        const facet = facets.find((item) => item.name === field.facet);
        const known = facet?.lists ?? (facet?.codes ? [facet.codes] : []);
        used.facets.add(field.facet);
        if (!facet) problem(at, `no facet ${field.facet}`);
        else if (field.codes && !known.includes(field.codes))
            problem(at, `facet ${field.facet} does not know the list ${field.codes}`);
        if (field.visibility && field.visibility !== 'public') problem(at, 'a facet is public');
    }
    if (field.example && field.scheme && !checks[schemes[field.scheme].check](field.example))
        problem(at, `the example ${field.example} fails its own check`);
    used.roles.add(field.role);
    used.schemes.add(field.scheme);
    used.lists.add(field.codes);
    for (const inner of field.fields ?? []) checkField(at, inner, false);
}

for (const file of fs.readdirSync(path.join(here, 'types')).filter((name) => name.endsWith('.json'))) {
    const type = readJson(`types/${file}`);
    if (!type) continue;
    const where = `types/${file}`;
    if (`${type.type}.json` !== file) problem(where, `holds type ${type.type}`);
    types.set(type.type, type);
    checkLabel(where, type.label);
    checkLabel(`${where} description`, type.description);
    if (!type.plural?.en) problem(where, 'no English plural');
    const names = type.fields.map((field) => field.name);
    type.fields.forEach((field) => checkField(where, field, true));
    const title = type.fields.find((field) => field.name === type.title);
    if (!title || title.kind !== 'string' || !title.required || title.many)
        problem(where, 'the title is not one required string');
    if (new Set(names).size !== names.length) problem(where, 'a field name occurs twice');
    for (const lang of ['zh', 'en']) {
        const labels = type.fields.map((field) => field.label[lang].toLowerCase());
        labels
            .filter((label, i) => labels.indexOf(label) !== i)
            .forEach((label) => problem(where, `two fields are called ${label}`));
    }
    const placed = type.sections.flatMap((section) => section.fields);
    for (const name of names) {
        if (placed.filter((item) => item === name).length !== 1)
            problem(where, `${name} is not in exactly one section`);
    }
    type.sections.forEach((section) => checkLabel(`${where} section`, section.label));
    for (const name of [...placed, ...type.facts, ...Object.keys(type.exchange)]) {
        if (!names.includes(name)) problem(where, `no field ${name}`);
    }
    for (const [name, element] of Object.entries(type.exchange)) {
        if (!ELEMENTS.has(element)) problem(where, `${name}: no element ${element}`);
        if ((type.fields.find((field) => field.name === name)?.visibility ?? 'public') !== 'public')
            problem(where, `${name} is protected and cannot be exchanged`);
    }
}
for (const [name, type] of types) {
    for (const field of type.fields) {
        for (const target of field.to ?? []) {
            if (target !== '*' && !types.has(target)) problem(`types/${name}.json ${field.name}`, `no type ${target}`);
        }
    }
}
for (const [what, known, seen] of [
    ['role', Object.keys(roles), used.roles],
    ['scheme', Object.keys(schemes), used.schemes],
    ['code list', [...lists.keys()], used.lists],
    ['facet', facets.map((facet) => facet.name), used.facets],
]) {
    known.filter((name) => !seen.has(name)).forEach((name) => problem('region', `${what} ${name} is used by no type`));
}

/* ---- sample ---- */

const sample = new Map(); // "type/key" -> { type, body }
const identities = new Map();
const linked = new Map();
let unchecked = 0;

function isDate(text) {
    const match = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(text);
    if (!match || Number(match[2] ?? 1) < 1 || Number(match[2] ?? 1) > 12) return false;
    return !match[3] || new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);
}

function checkOne(at, field, value, own) {
    const text = typeof value === 'string';
    const tooLong = text && [...value].length > (field.max ?? (field.kind === 'text' ? 20000 : 500));
    switch (field.kind) {
        case 'string':
        case 'text':
        case 'url':
        case 'email':
            if (
                !text ||
                value !== value.trim() ||
                value === '' ||
                tooLong ||
                (field.kind !== 'text' && /[\n\t]/.test(value))
            )
                problem(at, `bad ${field.kind} ${JSON.stringify(value)}`);
            if (
                (field.kind === 'url' && !/^https?:\/\/\S+$/.test(value)) ||
                (field.kind === 'email' && !/^\S+@\S+\.\S+$/.test(value))
            )
                problem(at, `bad ${field.kind} ${value}`);
            break;
        case 'integer':
        case 'money':
        case 'year':
        case 'decimal':
            if (
                typeof value !== 'number' ||
                (field.kind !== 'decimal' && !Number.isInteger(value)) ||
                value < (field.min ?? -Infinity) ||
                value > (field.max ?? Infinity) ||
                (field.kind === 'year' && (value < 1000 || value > 2200))
            )
                problem(at, `bad ${field.kind} ${value}`);
            break;
        case 'bool':
            if (typeof value !== 'boolean') problem(at, `bad bool ${value}`);
            break;
        case 'date':
            if (!text || !isDate(value)) problem(at, `bad date ${value}`);
            break;
        case 'code':
            if (field.codes === 'area' && !areaKnown) unchecked += 1;
            else if (!text || !accepts(lists.get(field.codes), value)) problem(at, `${value} is not in ${field.codes}`);
            break;
        case 'identifier':
            if (!text || tooLong || !checks[schemes[field.scheme].check](value))
                problem(at, `${value} is no ${field.scheme}`);
            else if (field.identity) {
                const key = `${field.scheme}:${value}`;
                if (identities.has(key) && identities.get(key) !== own)
                    problem(at, `${key} is also ${identities.get(key)}`);
                identities.set(key, own);
            }
            break;
        case 'link':
            if (!value?.label || Object.keys(value).some((key) => key !== 'ref' && key !== 'label'))
                problem(at, 'a link is {"ref", "label"}');
            else if (value.ref)
                linked.set(`${at} ${value.ref}`, { field, ref: value.ref, label: value.label, at, own });
            break;
        case 'group':
            checkBody(at, field.fields, value, own);
            break;
        default:
            break;
    }
}

function checkBody(where, fields, body, own) {
    for (const name of Object.keys(body)) {
        if (!fields.some((field) => field.name === name)) problem(where, `unknown field ${name}`);
    }
    for (const field of fields) {
        const value = body[field.name];
        const at = `${where} ${field.name}`;
        if (value === undefined) {
            if (field.required) problem(at, 'missing');
        } else if (Array.isArray(value) !== Boolean(field.many)) {
            problem(at, field.many ? 'not a list' : 'a list');
        } else if (field.many) {
            value.forEach((item) => checkOne(at, field, item, own));
            if (field.unique_items && new Set(value.map((item) => JSON.stringify(item))).size !== value.length)
                problem(at, 'an item occurs twice');
        } else {
            checkOne(at, field, value, own);
        }
    }
}

const listed = readJson('sample/sample.json') ?? [];
const counts = new Map();
for (const name of fs.readdirSync(path.join(here, 'sample')).filter((file) => file.endsWith('.jsonl'))) {
    if (!listed.some((item) => item.file === name)) problem('sample/sample.json', `does not list ${name}`);
}
for (const { file, type: typeName } of listed) {
    const type = types.get(typeName);
    if (!type) {
        problem('sample/sample.json', `no type ${typeName}`);
        continue;
    }
    const lines = fs
        .readFileSync(path.join(here, 'sample', file), 'utf8')
        .trimEnd()
        .split('\n');
    counts.set(typeName, lines.length);
    lines.forEach((line, i) => {
        const where = `sample/${file}:${i + 1}`;
        let row;
        try {
            row = JSON.parse(line);
        } catch (error) {
            problem(where, error.message);
            return;
        }
        const { _key: key, ...body } = row;
        if (!key?.startsWith(`${typeName}/`) || sample.has(key)) problem(where, `bad or repeated _key ${key}`);
        sample.set(key, { type: typeName, title: body[type.title] });
        checkBody(where, type.fields, body, key);
        if (INVENTED.has(typeName) && !String(body[type.title]).includes('示例'))
            problem(where, `${body[type.title]} is invented but does not say 示例`);
    });
}
for (const name of types.keys()) {
    if (!counts.has(name)) problem('sample', `no records of type ${name}`);
}
for (const { field, ref, label, at } of linked.values()) {
    const target = ref.startsWith('src:') ? sample.get(ref.slice('src:'.length)) : undefined;
    if (!target) problem(at, `${ref} leads nowhere`);
    else if (!field.to.includes('*') && !field.to.includes(target.type))
        problem(at, `${ref} is a ${target.type}, not ${field.to.join(' or ')}`);
    else if (target.title !== label) problem(at, `${ref} is called ${target.title}, not ${label}`);
}

/* ---- the result ---- */

for (const line of problems.slice(0, 200)) process.stderr.write(`${line}\n`);
const codes = [...lists.values()].reduce((sum, list) => sum + list.items.size, 0);
if (!areaKnown) process.stdout.write(`areas not looked up (${unchecked} codes): ${areaFile} is not there\n`);
process.stdout.write(
    `types=${types.size} lists=${lists.size} codes=${codes} sample=${sample.size} links=${linked.size} problems=${problems.length}\n`,
);
process.exit(problems.length > 0 ? 1 : 0);
