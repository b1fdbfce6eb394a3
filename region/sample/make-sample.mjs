/*
 * make-sample.mjs - writes the sample region: one JSON Lines file per record type, and sample.json.
 *
 *     node make-sample.mjs [FOLDER]
 *
 * Two kinds of records. Real public bodies, plans, documents, facilities, clusters, towns and standards, in our own
 * words, from public documents (see README.md); what those do not say is left empty. And invented firms, experts,
 * instruments, needs, results: each carries 示例 in its name. No person here is real. The same seed gives the same
 * bytes, so the files can be compared after a change.
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { areas, bodies, clusters, documents, facilities, programmes, alliances, standards, towns } from './real.mjs';
import { institutes, themes } from './invented.mjs';

const folder = process.argv[2] ?? path.dirname(fileURLToPath(import.meta.url));

/* ---- small tools ---- */

let seed = 20260101;
function random() {
    // mulberry32
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const between = (low, high) => low + Math.floor(random() * (high - low + 1));
const pick = (list) => list[between(0, list.length - 1)];
const two = (n) => String(n).padStart(2, '0');
const day = (year) => `${year}-${two(between(1, 12))}-${two(between(1, 28))}`;
const yuan = (amount) => Math.round(amount * 100);

/* GB 11714: check character of an eight-character organisation code. */
function organisationCode(body) {
    const weights = [3, 7, 9, 10, 5, 8, 4, 2];
    const sum = [...body].reduce((total, c, i) => total + parseInt(c, 36) * weights[i], 0);
    const check = 11 - (sum % 11);
    return body + (check === 10 ? 'X' : check === 11 ? '0' : String(check));
}

/* GB 32100: registering department and kind, a place that no code has, an organisation code, check character. */
function creditCode(kind, number) {
    const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
    const body = `${kind}000000${organisationCode(`XT${String(number).padStart(6, '0')}`)}`;
    let sum = 0;
    let weight = 1;
    for (const c of body) {
        sum += alphabet.indexOf(c) * weight;
        weight = (weight * 3) % 31;
    }
    return body + alphabet[(31 - (sum % 31)) % 31];
}

/* ZC 0006: application numbers of a year to come, so that none is a real one. */
function applicationNumber(kind, number) {
    const body = `2099${kind}${String(number).padStart(7, '0')}`;
    const sum = [...body].reduce((total, c, i) => total + Number(c) * (2 + (i % 8)), 0) % 11;
    return `${body}.${sum === 10 ? 'X' : sum}`;
}

/* ---- the records ---- */

const TYPES = [
    'area',
    'organisation',
    'person',
    'policy',
    'programme',
    'call',
    'cluster',
    'facility',
    'alliance',
    'specialised-town',
    'standard',
    'project',
    'achievement',
    'patent',
    'paper',
    'instrument',
    'service',
    'need',
    'product',
    'recognition',
];
const TITLES = { patent: 'title', paper: 'title', standard: 'title', policy: 'title', call: 'title', project: 'title' };
const records = Object.fromEntries(TYPES.map((type) => [type, new Map()]));

function add(type, key, body) {
    if (records[type].has(key)) throw new Error(`${type}/${key} twice`);
    records[type].set(key, body);
    return key;
}

/* A link to a record of the sample; its label is filled in when all are known. */
const to = (type, key) => ({ ref: `src:${type}/${key}` });
const many = (type, keys) => (keys ?? []).map((key) => to(type, key));
const org = (key) => to('organisation', key);
const orgs = (keys) => many('organisation', keys);

function settle(value) {
    if (Array.isArray(value)) return value.map(settle).filter((item) => item !== undefined);
    if (value && typeof value === 'object') {
        if (value.ref && !value.label) {
            const [type, key] = value.ref.slice('src:'.length).split('/');
            const target = records[type]?.get(key);
            if (!target) throw new Error(`link to ${value.ref}`);
            return { ref: value.ref, label: target[TITLES[type] ?? 'name'] };
        }
        return Object.fromEntries(
            Object.entries(value)
                .map(([name, item]) => [name, settle(item)])
                .filter(([, item]) => !isEmpty(item)),
        );
    }
    return value;
}

function isEmpty(value) {
    return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

/* ---- what is real ---- */

function addReal() {
    for (const { code, parent, ...rest } of areas)
        add('area', code, {
            code,
            state: 'area-current',
            area: /^\d+$/.test(code) ? code : undefined,
            parent: parent && to('area', parent),
            ...rest,
        });
    for (const { key, parent, department, ...rest } of bodies)
        add('organisation', key, {
            country: 'CN',
            state: 'active',
            ...rest,
            parent: parent && org(parent),
            department: department && org(department),
        });
    for (const { key, issuers, implements: basis, replaces, ...rest } of documents)
        add('policy', key, {
            ...rest,
            issuers: orgs(issuers),
            implements: many('policy', basis),
            replaces: many('policy', replaces),
        });
    for (const { key, managers, policies, parent, ...rest } of programmes)
        add('programme', key, {
            ...rest,
            managers: orgs(managers),
            policies: many('policy', policies),
            parent: parent && to('programme', parent),
        });
    for (const { key, leads, policies, research, ...rest } of clusters)
        add('cluster', key, {
            ...rest,
            leads: orgs(leads),
            policies: many('policy', policies),
            research_units: many('facility', research),
        });
    for (const { key, host, co_builders: partners, operator, parent, town, approved_by: by, ...rest } of facilities)
        add('facility', key, {
            ...rest,
            host: orgs(host),
            co_builders: orgs(partners),
            operator: operator && org(operator),
            parent: parent && to('facility', parent),
            town: town && to('specialised-town', town),
            approved_by: orgs(by),
        });
    for (const { key, leads, members, secretariat, member_towns: place, ...rest } of alliances)
        add('alliance', key, {
            ...rest,
            leads: orgs(leads),
            secretariat: secretariat && org(secretariat),
            members: [...orgs(members), ...many('specialised-town', place)],
        });
    for (const { key, paired, platforms, partners, ...rest } of towns)
        add('specialised-town', key, {
            level: 'provincial',
            state: 'town-listed',
            ...rest,
            paired: orgs(paired),
            platforms: many('facility', platforms),
            partners: many('specialised-town', partners),
        });
    for (const { key, replaces, replaced_by: later, cites, issued_by: issuers, ...rest } of standards)
        add('standard', key, {
            ...rest,
            issued_by: orgs(issuers),
            replaces: many('standard', replaces),
            replaced_by: many('standard', later),
            cites: many('standard', cites),
        });
}

/* ---- what is invented ---- */

let number = 0; // of invented units

function contact(area) {
    return { contact_name: '示例联系人', contact_phone: `000-${area}`, contact_email: 'contact@example.org' };
}

function addInstitutes() {
    for (const { key, ...rest } of institutes) {
        number += 1;
        add('organisation', key, {
            uscc: creditCode('12', number),
            country: 'CN',
            state: 'active',
            level: 'provincial',
            legal_person: true,
            department: org(rest.kind === 'university' ? 'gd-edu' : 'gdstc'),
            ...contact(rest.area),
            ...rest,
        });
    }
    add('facility', 'ex-instrument-centre', {
        name: '示例·分析测试中心',
        name_en: 'Sample analysis and testing centre',
        kind: 'instrument-centre',
        level: 'provincial',
        state: 'operating',
        host: orgs(['ex-univ-gz']),
        area: '440106',
        approved_on: '2016-09-20',
        open: true,
        sharing_mode: 'shared-outside',
        subjects: ['150', '43025'],
        staff: 36,
        floor_area: 4200,
        summary: '示例数据。集中管理大型分析仪器，对校内外统一预约、统一收费。',
        evaluations: [
            { year: 2023, result: 'excellent' },
            { year: 2024, result: 'good' },
        ],
        keywords: ['分析测试', '共享'],
    });
    add('facility', 'ex-material-centre', {
        name: '示例·材料测试平台',
        name_en: 'Sample materials testing platform',
        kind: 'service-platform',
        level: 'municipal',
        state: 'operating',
        host: orgs(['ex-inst-dg']),
        area: '441900',
        approved_on: '2018-05-11',
        open: true,
        sharing_mode: 'shared-outside',
        subjects: ['430'],
        clusters: ['p05'],
        summary: '示例数据。面向模具、家电、五金企业提供材料性能与失效分析。',
        keywords: ['材料检测', '失效分析'],
    });
    add('facility', 'ex-pilot-base', {
        name: '示例·新材料中试基地',
        name_en: 'Sample pilot-scale base for new materials',
        kind: 'pilot-base',
        level: 'provincial',
        state: 'operating',
        host: orgs(['ex-inst-fs']),
        area: '440605',
        approved_on: '2021-07-02',
        investment: yuan(86000000),
        industries: ['265', '307'],
        clusters: ['p05', 'e05'],
        summary: '示例数据。承接高校院所小试成果，提供公斤级到吨级放大。',
        keywords: ['中试', '放大'],
    });
    add('facility', 'ex-incubator', {
        name: '示例·智能制造孵化器',
        name_en: 'Sample incubator for smart manufacturing',
        kind: 'incubator',
        level: 'national',
        state: 'operating',
        operator: org('ex-incubation'),
        area: '440307',
        approved_on: '2017-03-15',
        floor_area: 18500,
        clusters: ['e03'],
        staff: 22,
        incubation: [
            { year: 2023, firms: 84, joined: 21, graduated: 12, jobs: 1260, fund: yuan(50000000) },
            { year: 2024, firms: 91, joined: 24, graduated: 15, jobs: 1340, fund: yuan(50000000) },
        ],
        summary: '示例数据。为智能装备初创企业提供场地、导师和种子资金。',
        keywords: ['孵化器', '创业'],
    });
    add('facility', 'ex-accelerator', {
        name: '示例·生物医药加速器',
        name_en: 'Sample biomedicine accelerator',
        kind: 'accelerator',
        level: 'provincial',
        state: 'operating',
        operator: org('ex-incubation'),
        area: '442000',
        approved_on: '2020-11-06',
        floor_area: 32000,
        clusters: ['p09'],
        summary: '示例数据。承接孵化器毕业企业。',
    });
    add('facility', 'ex-maker-space', {
        name: '示例·灯饰设计众创空间',
        name_en: 'Sample lighting design maker space',
        kind: 'maker-space',
        level: 'municipal',
        state: 'operating',
        operator: org('ex-incubation'),
        area: '442000105',
        town: to('specialised-town', 'guzhen'),
        approved_on: '2019-04-18',
        floor_area: 2600,
        clusters: ['p06'],
        summary: '示例数据。为灯饰设计师和小微企业提供打样和展示。',
    });
    add('facility', 'ex-university-park', {
        name: '示例·大学科技园',
        name_en: 'Sample university science park',
        kind: 'university-park',
        level: 'provincial',
        state: 'operating',
        host: orgs(['ex-univ-gz']),
        area: '440106',
        approved_on: '2015-12-01',
        floor_area: 41000,
        summary: '示例数据。转化本校成果，孵化师生创业企业。',
    });
    add('facility', 'ex-key-lab', {
        name: '示例·先进成形制造省重点实验室',
        name_en: 'Sample provincial key laboratory of forming',
        kind: 'provincial-key-lab',
        level: 'provincial',
        state: 'operating',
        host: orgs(['ex-univ-gz']),
        co_builders: orgs(['ex-mould-firm']),
        area: '440106',
        approved_on: '2014-06-30',
        batch: '示例批次',
        subjects: ['46025'],
        clusters: ['e02'],
        evaluations: [
            { year: 2020, result: 'good' },
            { year: 2023, result: 'excellent' },
        ],
        summary: '示例数据。研究精密成形工艺与装备。',
        keywords: ['成形', '精密制造'],
    });
    add('facility', 'ex-joint-lab', {
        name: '示例·海洋能粤港澳联合实验室',
        name_en: 'Sample joint laboratory of ocean energy',
        kind: 'joint-lab',
        level: 'provincial',
        state: 'building',
        host: orgs(['ex-inst-zj']),
        area: '440811',
        approved_on: '2023-10-12',
        subjects: ['48060'],
        clusters: ['e06'],
        summary: '示例数据。三地团队共建。',
    });
}

const RESEARCHERS = ['ex-univ-gz', 'ex-univ-dg', 'ex-inst-fs', 'ex-inst-dg', 'ex-inst-zj', 'ex-inst-sz'];
/* Of researchers, of engineers in firms. */
const TITLES_OF = [
    [
        ['教授', 'senior', 'teaching-higher'],
        ['研究员', 'senior', 'research-natural'],
        ['副教授', 'vice-senior', 'teaching-higher'],
    ],
    [
        ['高级工程师', 'vice-senior', 'engineering'],
        ['正高级工程师', 'senior', 'engineering'],
        ['工程师', 'middle', 'engineering'],
    ],
];

/* Programme, level, who pays. */
const SPONSORS = [
    ['key-rd', 'provincial', 'provincial-fiscal'],
    ['ex-city', 'municipal', 'municipal-fiscal'],
    ['nkrdp', 'national', 'central-fiscal'],
];

function addFirm(theme) {
    number += 1;
    const year = between(1998, 2016);
    return add('organisation', `ex-${theme.key}-firm`, {
        name: `示例·${theme.firm}有限公司`,
        name_en: `Sample ${theme.en} company`,
        uscc: creditCode('91', number),
        kind: 'enterprise',
        country: 'CN',
        state: 'active',
        legal_person: true,
        area: theme.area,
        operation_area: theme.townCode,
        industries: theme.industries,
        clusters: theme.clusters,
        scale: pick(['medium', 'small', 'large']),
        registered_capital: yuan(between(5, 90) * 1000000),
        staff: between(80, 900),
        rd_staff: between(12, 140),
        founded_on: day(year),
        above_scale: [
            { year: 2023, above: true },
            { year: 2024, above: true },
        ],
        certificates: [
            {
                kind: 'high-tech-enterprise',
                number: `GR2099${theme.area.slice(0, 2)}${String(number).padStart(6, '0')}`,
                issued_on: '2023-12-28',
                valid_until: '2026-12-27',
                issuer: '示例发证机关',
            },
        ],
        summary: `示例数据。从事${theme.zh}的研发、生产和服务，与高校院所联合攻关${theme.techs[0][0]}。`,
        keywords: theme.keywords.slice(0, 2),
        ...contact(theme.area),
    });
}

function addExperts(theme, n) {
    const list = [];
    for (let i = 0; i < 2; i++) {
        const [name, level, series] = TITLES_OF[i][n % TITLES_OF[i].length];
        const home = i === 0 ? RESEARCHERS[n % RESEARCHERS.length] : `ex-${theme.key}-firm`;
        const label = `示例专家${two(n + 1)}${'AB'[i]}`;
        list.push(
            add('person', `ex-${theme.key}-${i + 1}`, {
                name: label,
                name_en: `Sample Expert ${two(n + 1)}${'AB'[i]}`,
                expert_kinds: i === 0 ? ['technical-expert', 'researcher'] : ['industry-expert'],
                roles:
                    i === 0
                        ? pick([['reviewer'], ['reviewer', 'science-commissioner'], ['reviewer', 'technology-manager']])
                        : ['mentor'],
                country: 'CN',
                works_at: orgs([home]),
                post: i === 0 ? '课题组负责人' : '技术负责人',
                title_name: name,
                title_level: level,
                title_series: series,
                degree: i === 0 ? '2' : '3',
                subjects: theme.subjects,
                industries: theme.industries,
                clusters: theme.clusters,
                area: records.organisation.get(home).area,
                keywords: theme.keywords,
                languages: ['zh', 'en'],
                pool_state: pick(['pool-active', 'pool-active', 'pool-active', 'pool-expired']),
                pool_from: day(between(2016, 2024)),
                pool_until: '2028-12-31',
                open_to_consult: true,
                avoid: i === 1 ? orgs(['ex-univ-gz']) : undefined,
                summary: `示例数据。研究方向为${theme.techs[i][0]}和${theme.techs[2][0]}，曾参与${theme.zh}领域的联合攻关。`,
                phone: '000-00000000',
                email: 'expert@example.org',
            }),
        );
    }
    return list;
}

const WAYS = [
    ['licence', 'transfer'],
    ['joint-transform'],
    ['equity', 'licence'],
    ['technical-service'],
    ['commissioned-dev'],
];

function addWork(theme, n, people) {
    const firm = `ex-${theme.key}-firm`;
    const home = records.person.get(people[0]).works_at[0].ref.split('/')[1];
    const common = {
        subjects: theme.subjects,
        industries: theme.industries,
        clusters: theme.clusters,
        area: theme.area,
    };
    const begun = n === 7 ? 2018 : between(2013, 2023);
    const ended = begun + 3;
    const done = ended <= 2025;
    const total = between(12, 160) * 50000;
    const [programme, level, payer] = pick(SPONSORS);
    const ending = n === 7 ? 'project-terminated' : 'project-concluded';
    const project = add('project', `ex-${theme.key}`, {
        title: `示例项目：${theme.techs[0][0]}关键技术研究与应用`,
        title_en: `Sample project: ${theme.techs[0][1]}`,
        number: `XTSL-${begun}-${two(n + 1)}`,
        kind: pick(['key-project', 'general-project', 'industrial-project', 'major-project']),
        level,
        state: done ? ending : 'project-running',
        programme: to('programme', programme),
        year: begun,
        approved_on: `${begun}-06-15`,
        starts_on: `${begun}-07-01`,
        ends_on: `${ended}-06-30`,
        principal: to('person', people[0]),
        principal_title: records.person.get(people[0]).title_name,
        units: orgs([home, firm]),
        members: many('person', people.slice(1)),
        recommended_by: org('gdstc'),
        total: yuan(total),
        funding: [
            { source: payer, amount: yuan(total * 0.4), year: begun },
            { source: 'own-funds', amount: yuan(total * 0.6), year: begun },
        ],
        aid_way: pick(['aid-before', 'aid-after']),
        targets: theme.targets.map(([name, value, unit]) => ({
            name,
            value,
            unit,
            reached: done && n !== 7 ? value : undefined,
            due: `${ended}-06-30`,
        })),
        changes:
            n % 5 === 0
                ? [{ on: `${begun + 1}-11-03`, kind: 'change-member', reason: '成员调动', approved_by: '示例主管部门' }]
                : undefined,
        conclusion: done ? (n === 7 ? 'terminated-diligent' : 'passed') : undefined,
        concluded_on: done ? `${ended}-10-20` : undefined,
        certificate_no: done ? `示例证字${two(n + 1)}号` : undefined,
        report_no: done ? `示例报告-${begun}-${two(n + 1)}` : undefined,
        grade: done && n !== 7 ? pick(['excellent', 'good', 'qualified']) : undefined,
        ...common,
        abstract: `示例数据。${theme.problem}项目围绕${theme.techs[0][0]}，开展机理研究、样机研制和产线验证。`,
        keywords: theme.keywords,
    });

    const granted = [day(begun + 2), day(begun + 2)];
    const patents = theme.techs
        .slice(0, 2)
        .map(([zh, en], i) =>
            add('patent', `ex-${theme.key}-${i + 1}`, {
                title: `示例专利：一种${zh}${i === 0 ? '方法' : '装置'}`,
                title_en: `Sample patent: ${i === 0 ? 'method' : 'device'} for ${en}`,
                kind: i === 0 ? 'invention' : 'utility-model',
                application_no: applicationNumber(i === 0 ? 1 : 2, n * 2 + i + 1),
                publication_no: `CN999${String(n * 2 + i + 1).padStart(6, '0')}${i === 0 ? 'B' : 'U'}`,
                country: 'CN',
                applied_on: day(begun + 1),
                published_on: granted[i],
                granted_on: granted[i],
                legal_status: 'patent-granted',
                status_on: granted[i],
                holders: orgs(i === 0 ? [home, firm] : [firm]),
                holder_addresses: [
                    {
                        holder: records.organisation.get(firm).name,
                        address: '示例路1号',
                        area: theme.townCode ?? theme.area,
                    },
                ],
                inventors: many('person', people),
                ipc: theme.ipc,
                ...common,
                abstract: `示例数据。本${i === 0 ? '发明' : '实用新型'}涉及${theme.zh}，提供${zh}的${i === 0 ? '方法' : '装置'}，${theme.effect}。`,
                keywords: theme.keywords.slice(0, 3),
                high_value: i === 0 && n % 3 === 0 ? ['strategic-industry'] : undefined,
                open_licence: i === 0 && n % 4 === 1,
                transfer_ways: WAYS[n % WAYS.length],
                pledges:
                    i === 0 && n % 6 === 2
                        ? [{ number: `示例质押-${two(n + 1)}`, pledgee: '示例银行', from: `${begun + 2}-09-01` }]
                        : undefined,
                licences:
                    i === 0 && n % 5 === 3
                        ? [
                              {
                                  number: `示例备案-${two(n + 1)}`,
                                  licensee: '示例被许可企业',
                                  way: 'ordinary',
                                  from: `${begun + 2}-10-01`,
                              },
                          ]
                        : undefined,
                projects: many('project', [project]),
            }),
        );

    const papers = theme.techs
        .slice(0, n % 2 ? 2 : 1)
        .map(([zh, en], i) =>
            add('paper', `ex-${theme.key}-${i + 1}`, {
                title: `${zh}的${i === 0 ? '实验研究' : '建模与验证'}（示例论文）`,
                title_en: `${i === 0 ? 'Experiments on' : 'Modelling of'} ${en} (sample paper)`,
                kind: i === 0 ? 'journal-article' : 'conference-paper',
                authors: many('person', people),
                units: orgs([home, firm]),
                journal: i === 0 ? '示例学报' : '示例技术年会',
                volume: i === 0 ? String(between(12, 40)) : undefined,
                issue: i === 0 ? String(between(1, 12)) : undefined,
                pages: `${10 * (n + 1)}-${10 * (n + 1) + 8}`,
                published_on: `${begun + 2}-${two(between(1, 12))}`,
                doi: `10.99999/xietong.sample.${theme.key}.${i + 1}`,
                language: 'zh',
                ...common,
                category: theme.category,
                abstract: `示例数据。${theme.problem}本文以${theme.keywords[0]}为对象，研究${zh}，结果表明${theme.effect}。`,
                keywords: theme.keywords,
                keywords_en: theme.keywordsEn,
                indexed_in: i === 0 ? pick([['cscd'], ['pku-core', 'cscd'], ['ei']]) : undefined,
                open_access: n % 2 === 0,
                cited: between(0, 40),
                projects: many('project', [project]),
                funders: ['示例科技计划'],
            }),
        );

    const achievement = add('achievement', `ex-${theme.key}`, {
        name: `示例成果：${theme.techs[0][0]}技术`,
        name_en: `Sample result: ${theme.techs[0][1]}`,
        registration_no: `SL${ended}Y${String(n + 1).padStart(4, '0')}`,
        kind: 'applied-technology',
        forms: ['new-technology', 'new-process'],
        stage: pick(['mature', 'pilot', 'small-trial']),
        trl: between(5, 9),
        evaluation_way: pick(['acceptance', 'third-party', 'appraisal']),
        evaluated_on: day(Math.min(ended, 2025)),
        standing: pick(['domestic-leading', 'international-advanced', 'domestic-advanced']),
        units: orgs([home, firm]),
        people: many('person', people),
        projects: many('project', [project]),
        patents: many('patent', patents),
        papers: many('paper', papers),
        secrecy: 'public',
        secrecy_checked_on: day(Math.min(ended, 2025)),
        ownership: pick(['unit-owned', 'shared', 'granted-use']),
        transfer_ways: WAYS[n % WAYS.length],
        state: pick(['transfer-open', 'transferred', 'transfer-talks']),
        needs_pilot: n % 4 === 0,
        price: n % 3 === 0 ? yuan(between(5, 60) * 100000) : undefined,
        completed_on: `${Math.min(ended, 2025)}-05`,
        ...common,
        summary: `示例数据。${theme.problem}本成果提出${theme.techs[0][0]}，${theme.effect}。`,
        innovation: `把${theme.techs[1][0]}与${theme.techs[2][0]}结合。`,
        application: '已在两家示例企业试用。',
        keywords: theme.keywords,
        ...contact(theme.area),
    });

    add('product', `ex-${theme.key}`, {
        name: `示例产品：${theme.product}`,
        name_en: `Sample product: ${theme.productEn}`,
        model: `SL-${theme.key.toUpperCase()}-${begun}`,
        kind: n % 4 === 0 ? 'first-set' : theme.town ? 'town-product' : 'high-tech-product',
        level: 'provincial',
        state: 'mass-production',
        maker: orgs([firm]),
        achievements: many('achievement', [achievement]),
        patents: many('patent', patents.slice(0, 1)),
        town: theme.town && to('specialised-town', theme.town),
        industries: theme.industries,
        clusters: theme.clusters,
        area: theme.area,
        launched_on: `${Math.min(ended, 2025)}-09`,
        summary: `示例数据。采用${theme.techs[0][0]}，${theme.effect}。`,
        technical: theme.targets.map(([name, value, unit]) => `${name}：${value}${unit ? ` ${unit}` : ''}`).join('\n'),
        control: pick(['partly-own', 'fully-own']),
        keywords: theme.keywords.slice(0, 2),
        ...contact(theme.area),
    });

    add('recognition', `ex-${theme.key}-high-tech`, {
        name: `高新技术企业（示例·${theme.firm}）`,
        kind: 'high-tech-enterprise',
        level: 'national',
        state: 'valid',
        holder: org(firm),
        number: `GR2099${theme.area.slice(0, 2)}${String(500 + n).padStart(6, '0')}`,
        batch: '示例批次',
        granted_on: '2023-12-28',
        valid_from: '2023-12-28',
        valid_until: '2026-12-27',
        area: theme.area,
        industries: theme.industries,
        clusters: theme.clusters,
        summary: '示例数据。有效期三年。',
    });

    const budget = between(4, 60) * 50000;
    add('need', `ex-${theme.key}-1`, {
        name: `示例需求：${theme.need}`,
        number: `XQ-SL-${two(n + 1)}`,
        kind: theme.needKind ?? 'technology-need',
        demander: orgs([firm]),
        summary: `示例数据。${theme.problem}现征集${theme.techs[1][0]}的解决方案。`,
        basis: '已有中试产线和检测条件，可提供样品。',
        targets: theme.targets.map(([name, value, unit]) => ({ name, value, unit })),
        budget: n % 5 ? yuan(budget) : undefined,
        ways: pick([
            ['joint-development'],
            ['commissioned-dev', 'joint-development'],
            ['technical-service', 'expert-hired'],
            ['to-discuss'],
        ]),
        published_on: day(between(2023, 2025)),
        deadline: '2027-12-31',
        openness: 'open-all',
        open_challenge: n % 6 === 0,
        town: theme.town && to('specialised-town', theme.town),
        ...common,
        keywords: theme.keywords,
        state: pick(['need-open', 'need-open', 'need-talks']),
        ...contact(theme.area),
    });
    if (n % 3 === 0)
        add('need', `ex-${theme.key}-2`, {
            name: `示例需求：${theme.techs[2][0]}检测与人才`,
            number: `XQ-SL-${two(n + 1)}B`,
            kind: pick(['test-need', 'talent-need']),
            demander: orgs([firm]),
            summary: `示例数据。希望对接${theme.zh}领域的检测能力和专家团队，解决${theme.techs[2][0]}问题。`,
            budget: yuan(budget / 2),
            ways: ['technology-consulting'],
            published_on: day(between(2019, 2022)),
            deadline: '2023-06-30',
            openness: 'open-anonymous',
            ...common,
            keywords: theme.keywords.slice(0, 2),
            state: 'need-signed',
            answered_by: orgs([home]),
            achievements: many('achievement', [achievement]),
            contract_kind: 'service-contract',
            contract_no: `示例合同${two(n + 1)}`,
            contract_value: yuan(budget / 2),
            outcome: '双方签订技术服务合同，已完成。',
        });

    theme.instruments.forEach(([name, en, category, model, cost], i) => {
        const owner = i === 0 ? home : RESEARCHERS[(n + 2) % RESEARCHERS.length];
        const bought = between(2010, 2023);
        const run = between(500, 2200);
        const shared = (n + i) % 9 !== 8;
        const serve = shared ? Math.floor(run * (0.1 + random() * 0.4)) : 0;
        const unit = ['ex-univ-gz', 'ex-inst-dg'].includes(owner);
        add('instrument', `ex-${theme.key}-${i + 1}`, {
            name: `示例·${name}`,
            name_en: `${en} (sample)`,
            inner_id: `SL-${two(n + 1)}-${i + 1}`,
            asset_no: `ZC${bought}${two(n + 1)}${i + 1}`,
            category,
            belongs: unit ? 'in-centre' : 'single-instrument',
            facility: unit
                ? to('facility', owner === 'ex-univ-gz' ? 'ex-instrument-centre' : 'ex-material-centre')
                : undefined,
            owner: orgs([owner]),
            unit: '示例测试室',
            model,
            manufacturer: '示例仪器厂',
            nation: pick(['CN', 'CN', 'DE', 'JP', 'US']),
            origin: 'bought',
            original_value: yuan(cost * 10000),
            funding_sources: pick([['provincial-fiscal'], ['central-fiscal'], ['municipal-fiscal', 'own-funds']]),
            purchased_on: `${bought}-03`,
            accepted_on: `${bought}-09-${two(between(1, 28))}`,
            first_used_on: `${bought}-10`,
            registered_on: `${bought}-10-20`,
            state: pick(['in-use', 'in-use', 'in-use', 'in-repair']),
            area: records.organisation.get(owner).area,
            address: '示例路1号',
            room: `A${between(101, 409)}`,
            subjects: theme.subjects,
            industries: theme.industries,
            clusters: theme.clusters,
            functions: `示例数据。用于${theme.zh}领域的${theme.techs[i % 3][0]}研究和检测。`,
            technical: i === 0 ? theme.instrumentNote : undefined,
            keywords: [name, ...theme.keywords.slice(0, 2)],
            sharing_mode: shared ? pick(['shared-outside', 'shared-outside', 'shared-agreed']) : 'not-shared',
            not_shared_reason: shared ? undefined : '示例：涉及在研涉密任务，期满后开放。',
            requirement: shared ? '提前三个工作日预约；危险样品须说明。' : undefined,
            open_hours: '周一至周五 8:30-17:30',
            service_content: shared ? `${theme.service}，出具检测数据或报告。` : undefined,
            fee_basis: shared ? pick([['per-hour'], ['per-sample'], ['per-hour', 'per-sample']]) : undefined,
            fee: shared ? '按成本核定，对外统一价；中小企业可用创新券抵扣。' : undefined,
            hourly_price: shared ? yuan(between(4, 40) * 50) : undefined,
            voucher: shared,
            customs: n % 4 === 0 ? 'supervision-ended' : 'not-supervised',
            accreditation:
                n % 3 === 0
                    ? [
                          {
                              kind: 'cma',
                              number: `示例CMA-${two(n + 1)}`,
                              scope: theme.service,
                              valid_until: '2027-06-30',
                          },
                      ]
                    : undefined,
            run_hours: run,
            service_hours: serve,
            usage: [2023, 2024].map((year) => ({
                year,
                run_hours: Math.floor(run * (0.85 + random() * 0.2)),
                service_hours: Math.floor(serve * 0.9),
                samples: between(40, 900),
                users: between(2, 40),
                income: yuan(serve * between(60, 200)),
            })),
            operators: many('person', people.slice(0, 1)),
            ...contact(theme.area),
            report_state: 'report-accepted',
        });
    });

    add('service', `ex-${theme.key}`, {
        name: `示例服务：${theme.service}`,
        kind: theme.serviceKind,
        provider: orgs([home]),
        area: records.organisation.get(home).area,
        facility:
            home === 'ex-univ-gz'
                ? to('facility', 'ex-instrument-centre')
                : home === 'ex-inst-dg'
                  ? to('facility', 'ex-material-centre')
                  : undefined,
        instruments: many('instrument', [`ex-${theme.key}-1`]),
        experts: many('person', people.slice(0, 1)),
        serves: ['440000'],
        subjects: theme.subjects,
        industries: theme.industries,
        clusters: theme.clusters,
        summary: `示例数据。面向${theme.zh}企业提供${theme.service}。`,
        process: '提出委托；确认方案和价格；送样或上门；出具报告。',
        duration: `${between(3, 20)} 个工作日`,
        modes: pick([['send-sample'], ['send-sample', 'on-site'], ['remote-service', 'entrusted']]),
        fee_basis: pick([['per-sample'], ['per-item'], ['by-agreement']]),
        price: yuan(between(4, 80) * 100),
        voucher: n % 2 === 0,
        accreditation: n % 3 === 0 ? ['cma', 'cnas-lab'] : undefined,
        since: `${between(2012, 2022)}`,
        state: 'offered',
        languages: ['zh'],
        keywords: theme.keywords.slice(0, 3),
        ...contact(theme.area),
    });
}

function addRest() {
    const call = (key, title, body) =>
        add('call', key, { title: `示例：${title}`, level: 'provincial', area: ['440000'], ...body });
    call('ex-key-rd-2025', '省重点领域研发计划申报指南（2025 年度）', {
        kind: 'guideline',
        programme: to('programme', 'key-rd'),
        year: 2025,
        issuers: orgs(['gdstc']),
        published_on: '2025-04-10',
        opens_on: '2025-04-20',
        closes_on: '2025-06-10',
        state: 'call-closed',
        number: 'SL-ZN-2025-01',
        max: yuan(10000000),
        topics: [
            { code: 'A01', name: '精密成形装备', max: yuan(10000000), number: 3 },
            { code: 'A02', name: '功率半导体', max: yuan(8000000), number: 4 },
        ],
        aid_ways: ['aid-before'],
        audience: ['for-enterprise', 'for-university', 'for-institute'],
        clusters: ['e01', 'e02'],
        summary: '示例数据。支持企业牵头、高校院所参与的联合攻关。',
        conditions: '企业须建有研发机构，近三年无科研严重失信行为记录。',
        keywords: ['重点研发', '联合攻关'],
    });
    call('ex-challenge-2026', '产业集群揭榜挂帅榜单（第一批）', {
        kind: 'open-challenge-list',
        programme: to('programme', 'ex-city'),
        year: 2026,
        issuers: orgs(['gdstc', 'gdiit']),
        published_on: '2026-02-02',
        opens_on: '2026-02-10',
        closes_on: '2027-06-30',
        state: 'call-open',
        number: 'SL-BD-2026-01',
        total: yuan(60000000),
        aid_ways: ['aid-challenge'],
        audience: ['for-enterprise', 'for-university', 'for-institute'],
        clusters: ['e03', 'e07', 'p03'],
        summary: '示例数据。企业出题，谁有本事谁揭榜。',
        keywords: ['揭榜挂帅'],
    });
    call('ex-voucher-2025', '专业镇创新券兑付通知', {
        kind: 'need-collection',
        programme: to('programme', 'ex-city'),
        year: 2025,
        issuers: orgs(['gdstc']),
        published_on: '2025-08-01',
        opens_on: '2025-08-05',
        closes_on: '2025-09-30',
        state: 'call-published',
        number: 'SL-CXQ-2025',
        aid_ways: ['aid-voucher'],
        audience: ['for-sme', 'for-town'],
        max: yuan(200000),
        summary: '示例数据。专业镇中小微企业购买检测、研发设计服务可申请创新券。',
        keywords: ['创新券', '专业镇'],
    });
    call('ex-instrument-award-2025', '大型仪器开放共享评价与后补助申报', {
        kind: 'guideline',
        year: 2025,
        issuers: orgs(['gdstc']),
        published_on: '2025-03-18',
        opens_on: '2025-03-20',
        closes_on: '2025-04-30',
        state: 'call-published',
        number: 'SL-YQ-2025',
        aid_ways: ['aid-after'],
        audience: ['for-university', 'for-institute'],
        summary: '示例数据。按机时、服务量和用户满意度评价，给予后补助。',
        keywords: ['仪器共享', '后补助'],
    });
    call('ex-experts-2026', '科技专家库专家征集', {
        kind: 'expert-collection',
        year: 2026,
        issuers: orgs(['gdstc']),
        published_on: '2026-01-08',
        opens_on: '2026-01-10',
        closes_on: '2027-06-30',
        state: 'call-open',
        number: 'SL-ZJ-2026',
        aid_ways: ['aid-none'],
        audience: ['for-person'],
        summary: '示例数据。征集技术、财务和管理专家，由单位推荐。',
        keywords: ['专家库'],
    });
    call('ex-joint-hk-2024', '粤港联合创新资助申报', {
        kind: 'guideline',
        programme: to('programme', 'gd-hk'),
        year: 2024,
        issuers: orgs(['gdstc']),
        published_on: '2024-09-02',
        opens_on: '2024-09-10',
        closes_on: '2024-11-15',
        state: 'call-closed',
        number: 'SL-GG-2024',
        max: yuan(1000000),
        aid_ways: ['aid-before'],
        audience: ['for-enterprise', 'for-university'],
        summary: '示例数据。粤港两地单位联合申报，各自出资。',
        keywords: ['粤港合作'],
    });
    call('ex-contest-2025', '创新创业大赛（新材料行业赛）', {
        kind: 'competition',
        year: 2025,
        issuers: orgs(['gdstc']),
        published_on: '2025-05-06',
        opens_on: '2025-05-10',
        closes_on: '2025-07-15',
        state: 'call-published',
        number: 'SL-DS-2025',
        aid_ways: ['aid-reward'],
        audience: ['for-sme', 'for-person'],
        clusters: ['p05', 'e05'],
        summary: '示例数据。分初创组和成长组。',
        keywords: ['大赛', '新材料'],
    });
    call('ex-matching-2026', '专业镇与高校院所对接会', {
        kind: 'event',
        year: 2026,
        issuers: orgs(['gdstc']),
        source: '示例主办方',
        published_on: '2026-03-20',
        opens_on: '2026-03-25',
        closes_on: '2027-06-30',
        state: 'call-open',
        number: 'SL-DJ-2026',
        aid_ways: ['aid-none'],
        audience: ['for-town', 'for-university', 'for-sme'],
        clusters: ['p06'],
        summary: '示例数据。现场发布需求和成果，可预约洽谈。',
        keywords: ['对接', '产学研'],
    });

    add('programme', 'ex-city', {
        name: '示例·城市协同创新专项',
        name_en: 'Sample programme for co-operation of cities',
        kind: 'joint-programme',
        level: 'municipal',
        state: 'running',
        managers: orgs(['gdstc']),
        started_on: '2022-01-01',
        ended_on: '2027-12-31',
        budget: yuan(300000000),
        funding_sources: ['provincial-fiscal', 'municipal-fiscal'],
        aid_ways: ['aid-before', 'aid-after'],
        area: ['440100', '440300', '440600', '441900'],
        policies: many('policy', ['plan-2014']),
        summary: '示例数据。多市联合出资，支持跨市联合攻关和平台共建。',
        keywords: ['联合资助', '跨市'],
    });

    const alliance = (key, name, body) =>
        add('alliance', key, { name: `示例·${name}`, level: 'provincial', state: 'alliance-active', ...body });
    alliance('ex-mould', '模具产业技术创新联盟', {
        kind: 'industrial-technology',
        founded_on: '2015-08-20',
        leads: orgs(['ex-mould-firm']),
        secretariat: org('ex-inst-dg'),
        members: [...orgs(['ex-univ-dg', 'ex-inst-dg', 'ex-appliance-firm']), to('specialised-town', 'hengli')],
        member_count: 42,
        area: ['441900'],
        industries: ['352'],
        clusters: ['e02'],
        summary: '示例数据。联合攻关、共享模具检测与人才培养。',
        keywords: ['模具'],
    });
    alliance('ex-led-patents', '照明专利联盟', {
        kind: 'patent-alliance',
        founded_on: '2014-11-05',
        leads: orgs(['ex-lighting-firm']),
        members: orgs(['ex-univ-gz']),
        member_count: 18,
        patents_pooled: 126,
        area: ['442000', '440700'],
        industries: ['387'],
        clusters: ['p06'],
        summary: '示例数据。成员交叉许可，对外联合许可。',
        keywords: ['专利池', 'LED'],
    });
    alliance('ex-robot', '机器人创新联合体', {
        kind: 'innovation-consortium',
        founded_on: '2023-03-16',
        leads: orgs(['ex-robot-firm']),
        members: orgs(['ex-inst-sz', 'ex-univ-gz', 'ex-chip-firm']),
        member_count: 11,
        area: ['440300', '440600'],
        industries: ['349'],
        clusters: ['e03'],
        summary: '示例数据。龙头企业牵头、高校院所支撑。',
        keywords: ['机器人'],
    });
    alliance('ex-food', '食品安全快速检测联盟', {
        kind: 'industry-university',
        founded_on: '2017-05-22',
        leads: orgs(['ex-food-firm']),
        members: orgs(['ex-univ-gz']),
        member_count: 25,
        area: ['440100'],
        industries: ['149'],
        clusters: ['p10'],
        summary: '示例数据。共同研制快检方法和团体标准。',
        keywords: ['食品安全', '快检'],
    });

    const title = (key, kind, name, holder, body) =>
        add('recognition', key, { name, kind, state: 'valid', holder, summary: '示例数据。', ...body });
    title('ex-little-giant', 'little-giant', '专精特新“小巨人”企业（示例·机器人）', org('ex-robot-firm'), {
        level: 'national',
        granted_on: '2022-08-09',
        valid_from: '2022-08-09',
        valid_until: '2025-08-08',
        state: 'expired',
        area: '440300',
    });
    title('ex-specialised', 'specialised-firm', '专精特新中小企业（示例·模具）', org('ex-mould-firm'), {
        level: 'provincial',
        granted_on: '2023-01-18',
        valid_from: '2023-01-18',
        valid_until: '2026-01-17',
        area: '441900',
    });
    title('ex-champion', 'single-champion', '制造业单项冠军企业（示例·家电）', org('ex-appliance-firm'), {
        level: 'national',
        granted_on: '2021-11-25',
        valid_from: '2021-11-25',
        valid_until: '2024-11-24',
        state: 'expired',
        area: '440606',
    });
    title('ex-new-rd', 'new-rd-title', '新型研发机构（示例·深圳研究院）', org('ex-inst-sz'), {
        level: 'provincial',
        granted_on: '2019-12-20',
        valid_from: '2019-12-20',
        valid_until: '2025-12-19',
        state: 'expired',
        area: '440305',
    });
    title('ex-key-lab', 'provincial-key-lab-title', '省重点实验室（示例·先进成形制造）', to('facility', 'ex-key-lab'), {
        level: 'provincial',
        granted_on: '2014-06-30',
        batch: '示例批次',
        area: '440106',
    });
    title('ex-incubator', 'incubator-title', '国家级科技企业孵化器（示例·智能制造）', to('facility', 'ex-incubator'), {
        level: 'national',
        granted_on: '2017-03-15',
        area: '440307',
    });
    title('ex-brand-zone', 'famous-brand-zone', '知名品牌示范区（示例·灯饰）', to('specialised-town', 'guzhen'), {
        level: 'provincial',
        granted_on: '2018-06-01',
        area: '442000',
    });
    title('ex-collective-mark', 'collective-mark', '集体商标（示例·家具）', to('specialised-town', 'lecong'), {
        level: 'municipal',
        granted_on: '2019-03-11',
        area: '440606',
    });
    title('ex-first-set', 'first-set-title', '首台（套）重大技术装备（示例·机器人）', to('product', 'ex-robot'), {
        level: 'provincial',
        granted_on: '2024-07-30',
        area: '440300',
    });
    title('ex-revoked', 'tech-sme', '科技型中小企业（示例·已撤销）', org('ex-toy-firm'), {
        level: 'national',
        granted_on: '2021-05-10',
        revoked_on: '2022-04-02',
        revoked_reason: '示例：条件不再符合。',
        state: 'revoked',
        area: '440515',
    });
    title('forest-zhuhai', 'forest-city', '国家森林城市（珠海）', org('city-zhuhai'), {
        level: 'national',
        granted_on: '2016-09',
        area: '440400',
        summary: '2016 年 9 月由国家林业局授予。',
    });
    title('forest-zhaoqing', 'forest-city', '国家森林城市（肇庆）', org('city-zhaoqing'), {
        level: 'national',
        granted_on: '2016-09',
        area: '441200',
        summary: '2016 年 9 月由国家林业局授予。',
    });

    add('standard', 'ex-alliance-mould', {
        title: '示例：注塑模具随形冷却设计规范',
        number: 'T/XTSL 001-2024',
        kind: 'alliance-standard',
        nature: 'recommended',
        state: 'standard-current',
        published_on: '2024-05-08',
        effective_on: '2024-06-01',
        ics: ['25.120'],
        ccs: ['J46'],
        industries: ['352'],
        clusters: ['e02'],
        area: '441900',
        units: orgs(['ex-mould-firm', 'ex-univ-dg']),
        people: many('person', ['ex-mould-1']),
        abstract: '示例数据。规定随形冷却水路的设计、制造和检验要求。',
        keywords: ['模具', '随形冷却'],
        languages: ['zh'],
    });
    add('standard', 'ex-group-lamp', {
        title: '示例：智能灯饰互联互通要求',
        number: 'T/XTSL 002-2024',
        kind: 'tb-group',
        nature: 'recommended',
        state: 'standard-current',
        published_on: '2024-09-12',
        effective_on: '2024-10-01',
        ics: ['29.140'],
        ccs: ['K72'],
        industries: ['387'],
        clusters: ['p06'],
        area: '442000',
        units: orgs(['ex-lighting-firm']),
        abstract: '示例数据。规定灯具与控制系统的接口。',
        keywords: ['灯饰', '互联互通'],
        languages: ['zh'],
    });
}

/* ---- writing ---- */

function write() {
    const listed = [];
    let total = 0;
    for (const type of TYPES) {
        const lines = [...records[type]].map(([key, body]) =>
            JSON.stringify({ _key: `${type}/${key}`, ...settle(body) }),
        );
        fs.writeFileSync(path.join(folder, `${type}.jsonl`), `${lines.join('\n')}\n`);
        listed.push({ file: `${type}.jsonl`, type });
        total += lines.length;
    }
    fs.writeFileSync(
        path.join(folder, 'sample.json'),
        `[\n${listed.map((item) => `    {"file": "${item.file}", "type": "${item.type}"}`).join(',\n')}\n]\n`,
    );
    process.stdout.write(`${total} records\n`);
}

addReal();
addInstitutes();
themes.forEach(addFirm);
themes.forEach((theme, n) => addWork(theme, n, addExperts(theme, n)));
addRest();
write();
