/*
 * real.mjs - public bodies, areas, documents, programmes, clusters, facilities, alliances, towns and standards that exist.
 *
 * Facts of public documents in our own words. What is not sure is left out: an empty field is better than a wrong one.
 */

/* ---- areas ---- */

const CITIES = [
    ['440100', '广州市', 'Guangzhou', '020', ['prd9', 'gz-fs-zq', 'gba']], ['440200', '韶关市', 'Shaoguan', '0751', ['gd-north']],
    ['440300', '深圳市', 'Shenzhen', '0755', ['prd9', 'sz-dg-hz', 'gba']], ['440400', '珠海市', 'Zhuhai', '0756', ['prd9', 'zh-zs-jm', 'gba']],
    ['440500', '汕头市', 'Shantou', '0754', ['gd-east']], ['440600', '佛山市', 'Foshan', '0757', ['prd9', 'gz-fs-zq', 'gba']],
    ['440700', '江门市', 'Jiangmen', '0750', ['prd9', 'zh-zs-jm', 'gba']], ['440800', '湛江市', 'Zhanjiang', '0759', ['gd-west']],
    ['440900', '茂名市', 'Maoming', '0668', ['gd-west']], ['441200', '肇庆市', 'Zhaoqing', '0758', ['prd9', 'gz-fs-zq', 'gba']],
    ['441300', '惠州市', 'Huizhou', '0752', ['prd9', 'sz-dg-hz', 'gba']], ['441400', '梅州市', 'Meizhou', '0753', ['gd-north']],
    ['441500', '汕尾市', 'Shanwei', '0660', ['gd-east']], ['441600', '河源市', 'Heyuan', '0762', ['gd-north']],
    ['441700', '阳江市', 'Yangjiang', '0662', ['gd-west']], ['441800', '清远市', 'Qingyuan', '0763', ['gd-north']],
    ['441900', '东莞市', 'Dongguan', '0769', ['prd9', 'sz-dg-hz', 'gba']], ['442000', '中山市', 'Zhongshan', '0760', ['prd9', 'zh-zs-jm', 'gba']],
    ['445100', '潮州市', 'Chaozhou', '0768', ['gd-east']], ['445200', '揭阳市', 'Jieyang', '0663', ['gd-east']],
    ['445300', '云浮市', 'Yunfu', '0766', ['gd-north']],
];

const GROUPS = [
    ['prd9', '珠三角九市', 'Nine cities of the Pearl River Delta', '广州、深圳、珠海、佛山、惠州、东莞、中山、江门、肇庆。', '440000'],
    ['gz-fs-zq', '广佛肇创新圈', 'Innovation circle of Guangzhou, Foshan and Zhaoqing', '珠三角三大创新圈之一。', 'prd9'],
    ['sz-dg-hz', '深莞惠创新圈', 'Innovation circle of Shenzhen, Dongguan and Huizhou', '珠三角三大创新圈之一。', 'prd9'],
    ['zh-zs-jm', '珠中江创新圈', 'Innovation circle of Zhuhai, Zhongshan and Jiangmen', '珠三角三大创新圈之一。', 'prd9'],
    ['gd-east', '粤东', 'Eastern Guangdong', '汕头、汕尾、潮州、揭阳。', '440000'],
    ['gd-west', '粤西', 'Western Guangdong', '湛江、茂名、阳江。', '440000'],
    ['gd-north', '粤北', 'Northern Guangdong', '韶关、梅州、河源、清远、云浮。', '440000'],
];

export const areas = [
    { code: '440000', name: '广东省', name_en: 'Guangdong', full_name: '广东省', level: 'province', seat: '广州市' },
    ...GROUPS.map(([code, name, en, summary, parent]) => ({ code, name, name_en: en, level: 'area-group', summary, parent })),
    ...CITIES.map(([code, name, en, phone, groups]) => ({ code, name, name_en: en, full_name: `广东省${name}`, level: 'prefecture', groups,
        phone_code: phone, parent: '440000', summary: ['441900', '442000'].includes(code) ? '不设县级区划，镇街由市直接管辖。' : undefined })),
    ...[['440106', '天河区', 'Tianhe', '440100'], ['440112', '黄埔区', 'Huangpu', '440100'], ['440115', '南沙区', 'Nansha', '440100'],
        ['440305', '南山区', 'Nanshan', '440300'], ['440308', '盐田区', 'Yantian', '440300'], ['440402', '香洲区', 'Xiangzhou', '440400'],
        ['440515', '澄海区', 'Chenghai', '440500'], ['440604', '禅城区', 'Chancheng', '440600'], ['440605', '南海区', 'Nanhai', '440600'],
        ['440606', '顺德区', 'Shunde', '440600'], ['441302', '惠城区', 'Huicheng', '441300']].map(([code, name, en, parent]) => ({ code, name, name_en: en,
        level: 'county-area', parent, summary: code === '440308' ? '试行城市生态系统生产总值（GEP）与 GDP 双核算；建有 153 个环境监测子站，数据与市级共享。' : undefined })),
    ...[['441900106', '横沥镇', '441900'], ['441900113', '大朗镇', '441900'], ['441900121', '虎门镇', '441900'], ['442000105', '古镇镇', '442000'],
        ['440606102', '北滘镇', '440606'], ['440606103', '乐从镇', '440606'], ['440605122', '西樵镇', '440605']].map(([code, name, parent]) => ({ code, name,
        level: 'township', parent })),
];

/* ---- organisations ---- */

const department = (key, name, en, more = {}) => ({ key, name, name_en: en, kind: 'government', level: 'provincial', area: '440100', ...more });
const bureau = (city, code, name, en) => ({ key: `stb-${city}`, name: `${name}科学技术局`, name_en: `Science and Technology Bureau of ${en}`, kind: 'government',
    level: 'municipal', area: code, parent: `city-${city}`, summary: '承担本市科技计划、平台建设和成果转化管理，牵头本市集群创新体系年度报送。' });
const government = (city, code, name, en) => ({ key: `city-${city}`, name: `${name}人民政府`, name_en: `People's Government of ${en}`, kind: 'government',
    level: 'municipal', area: code });
const university = (key, name, en, area, ror, more = {}) => ({ key, name, name_en: en, kind: 'university', area, legal_person: true,
    ror: ror && `https://ror.org/${ror}`, ...more });
const institute = (key, name, en, area, ror, more = {}) => ({ key, name, name_en: en, kind: 'research-institute', area, ror: ror && `https://ror.org/${ror}`, ...more });

const DELTA = [['guangzhou', '440100', '广州市', 'Guangzhou'], ['shenzhen', '440300', '深圳市', 'Shenzhen'], ['zhuhai', '440400', '珠海市', 'Zhuhai'],
    ['foshan', '440600', '佛山市', 'Foshan'], ['huizhou', '441300', '惠州市', 'Huizhou'], ['dongguan', '441900', '东莞市', 'Dongguan'],
    ['zhongshan', '442000', '中山市', 'Zhongshan'], ['jiangmen', '440700', '江门市', 'Jiangmen'], ['zhaoqing', '441200', '肇庆市', 'Zhaoqing']];

export const bodies = [
    department('gdgov', '广东省人民政府', "People's Government of Guangdong Province"),
    department('gdgo', '广东省人民政府办公厅', "General Office of the People's Government of Guangdong Province", { parent: 'gdgov' }),
    department('gdstc', '广东省科学技术厅', 'Department of Science and Technology of Guangdong Province', { parent: 'gdgov', short_name: '省科技厅', website: 'http://gdstc.gd.gov.cn/' }),
    department('gdiit', '广东省工业和信息化厅', 'Department of Industry and Information Technology of Guangdong Province', { parent: 'gdgov', short_name: '省工业和信息化厅',
        former_names: ['广东省经济和信息化委员会'] }),
    department('gddrc', '广东省发展和改革委员会', 'Development and Reform Commission of Guangdong Province', { parent: 'gdgov', short_name: '省发展改革委' }),
    department('gd-edu', '广东省教育厅', 'Department of Education of Guangdong Province', { parent: 'gdgov', short_name: '省教育厅' }),
    department('gd-finance', '广东省财政厅', 'Department of Finance of Guangdong Province', { parent: 'gdgov', short_name: '省财政厅' }),
    department('gd-hrss', '广东省人力资源和社会保障厅', 'Department of Human Resources and Social Security of Guangdong Province', { parent: 'gdgov', short_name: '省人力资源社会保障厅' }),
    department('gd-commerce', '广东省商务厅', 'Department of Commerce of Guangdong Province', { parent: 'gdgov', short_name: '省商务厅' }),
    department('gd-amr', '广东省市场监督管理局', 'Administration for Market Regulation of Guangdong Province', { parent: 'gdgov', short_name: '省市场监管局',
        aliases: ['广东省知识产权局'], former_names: ['广东省质量技术监督局'] }),
    department('gd-agri', '广东省农业农村厅', 'Department of Agriculture and Rural Affairs of Guangdong Province', { parent: 'gdgov' }),
    department('gd-health', '广东省卫生健康委员会', 'Health Commission of Guangdong Province', { parent: 'gdgov', former_names: ['广东省卫生和计划生育委员会'] }),
    department('gd-eco', '广东省生态环境厅', 'Department of Ecology and Environment of Guangdong Province', { parent: 'gdgov', former_names: ['广东省环境保护厅'] }),
    department('most', '中华人民共和国科学技术部', 'Ministry of Science and Technology', { level: 'national', area: '110000', short_name: '科技部' }),
    department('sac', '国家标准化管理委员会', 'Standardization Administration of China', { level: 'national', area: '110000', short_name: '国家标准委' }),
    department('zh-npc', '珠海市人民代表大会常务委员会', "Standing Committee of the People's Congress of Zhuhai", { level: 'municipal', area: '440400', short_name: '珠海市人大常委会' }),
    { key: 'iso', name: '国际标准化组织', name_en: 'International Organization for Standardization', short_name: 'ISO', kind: 'association', level: 'international', country: 'CH' },
    ...DELTA.map((city) => government(...city)),
    ...DELTA.map((city) => bureau(...city)),
    { key: 'hengli-gov', name: '东莞市横沥镇人民政府', name_en: "People's Government of Hengli, Dongguan", kind: 'town-government', level: 'town', area: '441900106', parent: 'city-dongguan' },

    university('sysu', '中山大学', 'Sun Yat-sen University', '440105', '0064kty71', { founded_on: '1924', level: 'national' }),
    university('scut', '华南理工大学', 'South China University of Technology', '440106', '0530pts50', { founded_on: '1952', level: 'national' }),
    university('jnu', '暨南大学', 'Jinan University', '440106', '02xe5ns62', { founded_on: '1906', level: 'national' }),
    university('scau', '华南农业大学', 'South China Agricultural University', '440106', '05v9jqt67', { founded_on: '1909', level: 'provincial', department: 'gd-edu' }),
    university('smu', '南方医科大学', 'Southern Medical University', '440111', '01vjw4z39', { founded_on: '1951', level: 'provincial', department: 'gd-edu', former_names: ['第一军医大学'] }),
    university('gzucm', '广州中医药大学', 'Guangzhou University of Chinese Medicine', '440115', '03qb7bg95', { founded_on: '1956', level: 'provincial', department: 'gd-edu' }),
    university('scnu', '华南师范大学', 'South China Normal University', '440106', '01kq0pv72', { founded_on: '1933', level: 'provincial', department: 'gd-edu' }),
    university('gdut', '广东工业大学', 'Guangdong University of Technology', '440113', '04azbjn80', { founded_on: '1958', level: 'provincial', department: 'gd-edu' }),
    university('gzhu', '广州大学', 'Guangzhou University', '440113', '05ar8rn06', { level: 'municipal', department: 'city-guangzhou' }),
    university('gdufe', '广东财经大学', 'Guangdong University of Finance and Economics', '440105', '0459pv085', { founded_on: '1983', level: 'provincial', department: 'gd-edu',
        former_names: ['广东商学院'] }),
    university('gafa', '广州美术学院', 'Guangzhou Academy of Fine Arts', '440105', '044my7157', { founded_on: '1953', level: 'provincial', department: 'gd-edu' }),
    university('gdou', '广东海洋大学', 'Guangdong Ocean University', '440811', '0462wa640', { level: 'provincial', department: 'gd-edu' }),
    university('szu', '深圳大学', 'Shenzhen University', '440305', '01vy4gh70', { founded_on: '1983', level: 'municipal', department: 'city-shenzhen' }),
    university('sustech', '南方科技大学', 'Southern University of Science and Technology', '440305', '049tv2d57', { founded_on: '2010', level: 'municipal', department: 'city-shenzhen' }),
    university('stu', '汕头大学', 'Shantou University', '440511', '01a099706', { founded_on: '1981', level: 'provincial', department: 'gd-edu' }),
    university('dgut', '东莞理工学院', 'Dongguan University of Technology', '441900', undefined, { founded_on: '1992', level: 'municipal', department: 'city-dongguan' }),
    university('fosu', '佛山大学', 'Foshan University', '440605', undefined, { level: 'municipal', department: 'city-foshan', former_names: ['佛山科学技术学院'] }),
    university('wyu', '五邑大学', 'Wuyi University', '440703', undefined, { founded_on: '1985', level: 'municipal', department: 'city-jiangmen' }),
    university('hzu', '惠州学院', 'Huizhou University', '441302', undefined, { level: 'municipal', department: 'city-huizhou' }),
    university('zqu', '肇庆学院', 'Zhaoqing University', '441202', '025n5kj18', { level: 'municipal', department: 'city-zhaoqing' }),
    university('sjtu', '上海交通大学', 'Shanghai Jiao Tong University', '310000', undefined, { founded_on: '1896', level: 'national' }),
    university('dhu', '东华大学', 'Donghua University', '310000', '035psfh38', { founded_on: '1951', level: 'national' }),
    university('sspu', '上海第二工业大学', 'Shanghai Polytechnic University', '310000', '02as5yg64', { founded_on: '1960', level: 'provincial' }),
    university('hkpu', '香港理工大学', 'The Hong Kong Polytechnic University', '810000', '0030zas98', { country: 'HK' }),
    university('hku', '香港大学', 'The University of Hong Kong', '810000', '02zhqgq86', { country: 'HK', founded_on: '1911' }),
    university('um', '澳门大学', 'University of Macau', '820000', '01r4q9n85', { country: 'MO', founded_on: '1981', former_names: ['东亚大学'] }),
    institute('gdas', '广东省科学院', 'Guangdong Academy of Sciences', '440104', '01g9hkj35', { level: 'provincial', department: 'gdgov', legal_person: true }),
    institute('ihep', '中国科学院高能物理研究所', 'Institute of High Energy Physics, Chinese Academy of Sciences', '110107', '03v8tnc06', { level: 'national', subjects: ['14070'], legal_person: true }),
    institute('imp', '中国科学院近代物理研究所', 'Institute of Modern Physics, Chinese Academy of Sciences', '620000', '03x8rhq63', { level: 'national', subjects: ['14065'], legal_person: true }),
    institute('giec', '中国科学院广州能源研究所', 'Guangzhou Institute of Energy Conversion, Chinese Academy of Sciences', '440106', '047qgg117', { level: 'national', founded_on: '1978', subjects: ['480'], legal_person: true }),
    institute('gig', '中国科学院广州地球化学研究所', 'Guangzhou Institute of Geochemistry, Chinese Academy of Sciences', '440106', '0356cst02', { level: 'national', subjects: ['17030'], legal_person: true }),
    institute('scbg', '中国科学院华南植物园', 'South China Botanical Garden, Chinese Academy of Sciences', '440106', '01xqdxh54', { level: 'national', founded_on: '1929', subjects: ['18051'], legal_person: true }),
    institute('siat', '中国科学院深圳先进技术研究院', 'Shenzhen Institutes of Advanced Technology, Chinese Academy of Sciences', '440305', '04gh4er46', { level: 'national', founded_on: '2006', legal_person: true }),
    institute('pcl', '鹏城实验室', 'Peng Cheng Laboratory', '440305', '03qdqbt06', { founded_on: '2018', short_name: '鹏城实验室', subjects: ['520'] }),
    institute('gzlab', '广州实验室', 'Guangzhou Laboratory', '440112', '03ybmxt82', { founded_on: '2021', subjects: ['310'] }),
    institute('bgi-research', '深圳华大生命科学研究院', 'BGI Research, Shenzhen', '440308', undefined, { aliases: ['深圳华大基因研究院'], subjects: ['18031'] }),
    institute('hust-dg', '东莞华中科技大学制造工程研究院', 'Dongguan HUST Manufacturing Engineering Institute', '441900', undefined, { kind: 'new-rd', subjects: ['460'] }),
    institute('astri', '香港应用科技研究院', 'Hong Kong Applied Science and Technology Research Institute', '810000', undefined, { country: 'HK', short_name: 'ASTRI' }),
    { key: 'yk-credit', name: '粤科科技小额贷款股份有限公司', name_en: 'Yueke Technology Micro-credit', short_name: '粤科小贷', kind: 'micro-credit', area: '440000',
        industries: ['66'], summary: '面向科技型中小微企业的小额贷款公司，规划在珠三角九个国家级高新区设点。' },
    { key: 'yk-guarantee', name: '粤科融资担保股份有限公司', name_en: 'Yueke Financing Guarantee', short_name: '粤科担保', kind: 'guarantor', area: '440000', industries: ['66'],
        summary: '以科技型中小微企业融资担保为主业，兼营创业投资服务。' },
];

/* ---- documents ---- */

export const documents = [
    { key: 'plan-2014', title: '推进珠江三角洲地区科技创新一体化行动计划（2014-2020年）', title_en: 'Action plan for integrated science and innovation in the Pearl River Delta, 2014-2020',
        number: '粤办函〔2014〕519号', kind: 'plan', level: 'provincial', issuers: ['gdgo'], issued_on: '2014-11-06', published_on: '2014-11', expires_on: '2020-12-31', state: 'lapsed',
        themes: ['theme-plan', 'theme-sharing', 'theme-platform', 'theme-finance', 'theme-ip'], area: ['440100', '440300', '440400', '440600', '441300', '441900', '442000', '440700', '441200'],
        audience: ['for-government', 'for-enterprise', 'for-university', 'for-institute'], implements: ['prd-outline'],
        summary: '七项行动：资源共享开放、重大项目联合攻关、产业集群协同创新、社会民生、人才高地、科技金融、自主知识产权。按 2015、2017、2020 年分解五项指标。',
        targets: [{ name: '研发经费支出占地区生产总值比重', value: '2.7', unit: '%', year: 2015 }, { name: '研发经费支出占地区生产总值比重', value: '2.85', unit: '%', year: 2017 },
            { name: '研发经费支出占地区生产总值比重', value: '3.0', unit: '%', year: 2020 }, { name: '研发人员总量', value: '50', unit: '万人', year: 2020 },
            { name: '发明专利申请量', value: '1500', unit: '件/百万人', year: 2020 }, { name: '发明专利拥有量', value: '30', unit: '件/万人', year: 2020 },
            { name: '高技术制造业增加值占规模以上工业比重', value: '30', unit: '%', year: 2020 }, { name: '产学研创新联盟', value: '120', unit: '家', year: 2015 },
            { name: '企业主导的专利联盟', value: '30', unit: '家', year: 2015 }], keywords: ['珠三角', '科技创新一体化', '资源共享', '创新圈'] },
    { key: 'prd-outline', title: '珠江三角洲地区改革发展规划纲要（2008-2020年）', kind: 'plan', level: 'national', published_on: '2008', expires_on: '2020-12-31', state: 'lapsed', themes: ['theme-plan'],
        area: ['440000'], summary: '珠三角改革发展的总体规划，科技创新一体化行动计划据此制定。', keywords: ['珠三角', '规划纲要'] },
    { key: 'emergency-agreement', title: '珠江三角洲地区应急管理合作协议', kind: 'scheme', level: 'provincial', themes: ['theme-people'], area: ['440000'],
        summary: '九市在信息通报、资源共享、协同处置和联合演练方面合作。', keywords: ['应急', '合作协议'] },
    { key: 'town-opinion', title: '关于推进协同创新加快专业镇发展的实施意见', title_en: 'Opinion on co-operation and faster growth of specialised towns', kind: 'opinion', level: 'provincial', issuers: ['gdstc'],
        published_on: '2016', themes: ['theme-town', 'theme-platform', 'theme-finance'], area: ['440000'], audience: ['for-town', 'for-sme', 'for-university'], aid_ways: ['aid-voucher', 'aid-equity', 'aid-risk'],
        summary: '推动专业镇主体、机制、要素三方面协同；建设协同创新平台和产业技术创新联盟；附创新指数指标体系（四个维度、十组、十六项）。',
        targets: [{ name: '省级专业镇', value: '500', unit: '个左右', year: 2020 }, { name: '专业镇地区生产总值', value: '4', unit: '万亿元', year: 2020 },
            { name: '工农业总产值超千亿元的专业镇', value: '20', unit: '个以上', year: 2020 }, { name: '超百亿元的专业镇', value: '180', unit: '个以上', year: 2020 },
            { name: '协同创新平台覆盖率', value: '90', unit: '%以上', year: 2020 }, { name: '研发支出占地区生产总值比重', value: '2.9', unit: '%', year: 2020 },
            { name: '专利授权量', value: '12', unit: '万件', year: 2020 }, { name: '每万人口研发人员', value: '80', unit: '人', year: 2020 }], keywords: ['专业镇', '协同创新', '创新指数', '创新券'] },
    { key: 'cluster-notice-2022', title: '关于加快构建广东省战略性产业集群创新体系支撑产业集群高质量发展的通知', title_en: 'Notice on innovation systems of strategic clusters', number: '粤科函高字〔2022〕895号',
        kind: 'notice', level: 'provincial', issuers: ['gdstc', 'gdiit'], issued_on: '2022-06-14', published_on: '2022-06-28', state: 'valid', themes: ['theme-cluster', 'theme-rd', 'theme-transfer', 'theme-talent', 'theme-standard'],
        area: ['440000'], audience: ['for-government', 'for-enterprise', 'for-institute'], implements: ['cluster-opinion-2020', 'cluster-mechanism-2021'],
        summary: '各集群定期更新关键技术、重点产品、研发机构三张清单和产业地图；完善从基础研究到金融人才的全过程创新链；各市每年第三季度末报送执行情况。',
        targets: [{ name: '省级技术创新中心、制造业创新中心覆盖的集群', value: '20', unit: '个', year: 2025 }, { name: '高技能人才', value: '580', unit: '万人以上', year: 2025 },
            { name: '主导或参与的国际标准', value: '500', unit: '项', year: 2025 }, { name: '主导或参与的国家标准', value: '2500', unit: '项', year: 2025 }], keywords: ['产业集群', '三单一图', '链主企业', '创新体系'] },
    { key: 'cluster-opinion-2020', title: '关于培育发展战略性支柱产业集群和战略性新兴产业集群的意见', number: '粤府函〔2020〕82号', kind: 'opinion', level: 'provincial', issuers: ['gdgov'], published_on: '2020', state: 'valid',
        themes: ['theme-cluster'], area: ['440000'], summary: '确定十个支柱集群和十个新兴集群。', keywords: ['产业集群'] },
    { key: 'cluster-mechanism-2021', title: '广东省战略性产业集群联动协调推进机制', number: '粤工信规划政策函〔2021〕15号', kind: 'scheme', level: 'provincial', issuers: ['gdiit'], published_on: '2021', state: 'valid',
        themes: ['theme-cluster'], area: ['440000'], summary: '明确各集群牵头部门和“五个一”工作体系。', keywords: ['产业集群', '五个一'] },
    { key: 'zone-clusters-2012', title: '广东省高新区创新型产业集群建设方案', number: '粤科函高字〔2012〕893号', kind: 'scheme', level: 'provincial', issuers: ['gdstc'], published_on: '2012', themes: ['theme-cluster'], area: ['440000'],
        summary: '依托高新区培育国家和省级创新型产业集群。', keywords: ['高新区', '创新型产业集群'] },
    { key: 'zone-plan-2016', title: '珠三角国家自主创新示范区建设实施方案（2016—2020年）', kind: 'scheme', level: 'provincial', issuers: ['gdgov'], published_on: '2016-04', expires_on: '2020-12-31', state: 'lapsed',
        themes: ['theme-plan', 'theme-open', 'theme-talent'], area: ['440100', '440300', '440400', '440600', '441300', '441900', '442000', '440700', '441200'],
        summary: '以广州、深圳为龙头，连同七市形成“1+1+7”格局，带动粤东西北。', keywords: ['自主创新示范区', '1+1+7'] },
    { key: 'gz-zone-plan-2016', title: '广州国家自主创新示范区建设实施方案（2016—2020年）', kind: 'scheme', level: 'municipal', issuers: ['city-guangzhou'], published_on: '2016-08-19', expires_on: '2020-12-31', state: 'lapsed',
        themes: ['theme-plan', 'theme-transfer', 'theme-tax'], area: ['440100'], audience: ['for-university', 'for-institute', 'for-person'], implements: ['zone-plan-2016'],
        summary: '高校院所可自主处置成果；处置收入中成果完成人（团队）的份额可不低于七成。',
        benefits: [{ name: '成果处置收入归成果完成人（团队）的份额不低于 70%', condition: '不涉及国家秘密和国家安全的科技成果' }],
        targets: [{ name: '全社会研发投入占地区生产总值比重', value: '3.0', unit: '%', year: 2020 }, { name: '每万人发明专利拥有量', value: '25', unit: '件以上', year: 2020 },
            { name: '规模以上工业企业建立研发机构比例', value: '50', unit: '%以上', year: 2020 }], keywords: ['成果转化', '70%', '自主创新示范区'] },
    { key: 'zh-regulation-2016', title: '珠海经济特区科技创新促进条例（修订草案修改稿）', kind: 'regulation', level: 'municipal', issuers: ['zh-npc'], issued_on: '2016-03-30', published_on: '2016-03-30', state: 'policy-draft',
        themes: ['theme-rd', 'theme-finance', 'theme-integrity'], area: ['440400'], audience: ['for-sme', 'for-enterprise', 'for-platform'], aid_ways: ['aid-before', 'aid-loan-interest', 'aid-after', 'aid-purchase'],
        summary: '财政科技投入事前支持与事后补助结合；骗取、挪用财政资金的五年内不得申请；探索性强、风险高的项目已勤勉尽责仍不能完成的，经专家评审可以终止，不影响继续申请。',
        targets: [{ name: '财政科技投入占一般预算支出比例', value: '5', unit: '%以上' }, { name: '科技研发专项资金占一般预算支出比例', value: '3', unit: '%以上' }],
        keywords: ['事前资助', '事后补助', '尽责终止', '科研诚信', '新型研发机构'] },
    { key: 'gz-services-2015', title: '广州市加快发展生产性服务业三年行动方案（2015—2017年）', kind: 'scheme', level: 'municipal', issuers: ['city-guangzhou'], published_on: '2015', expires_on: '2017-12-31', state: 'lapsed',
        themes: ['theme-plan'], area: ['440100'], summary: '建设珠三角工业生产服务中心和全国生产服务创新基地。',
        targets: [{ name: '生产性服务业增加值', value: '6800', unit: '亿元左右', year: 2017 }, { name: '占服务业增加值比重', value: '48', unit: '%左右', year: 2017 }], keywords: ['生产性服务业'] },
    { key: 'key-rd-plan', title: '广东省重点领域研发计划“十四五”行动方案（2021—2025）', kind: 'scheme', level: 'provincial', published_on: '2021', state: 'valid', themes: ['theme-rd'], area: ['440000'],
        summary: '围绕集群短板组织重大科技项目，对接国家重大任务。', keywords: ['重点领域研发'] },
    { key: 'instrument-rule-2017', title: '国家重大科研基础设施和大型科研仪器开放共享管理办法', number: '国科发基〔2017〕289号', kind: 'measure', level: 'national', issuers: ['most'], published_on: '2017', state: 'valid',
        themes: ['theme-sharing'], area: ['CN'], audience: ['for-university', 'for-institute', 'for-platform'],
        summary: '原值五十万元以上的仪器验收后三十个工作日内登记；公布目录、制度、流程和收费；与用户签约；收费按成本补偿、不以营利为目的。', keywords: ['仪器共享', '开放共享', '收费'] },
];

/* ---- programmes ---- */

export const programmes = [
    { key: 'prd-action', name: '珠三角科技创新一体化行动', name_en: 'Integrated innovation in the Pearl River Delta', kind: 'action-plan', level: 'provincial', state: 'finished', managers: ['gdstc'], started_on: '2014-11-06', ended_on: '2020-12-31',
        area: ['440100', '440300', '440400', '440600', '441300', '441900', '442000', '440700', '441200'], policies: ['plan-2014'], summary: '七项行动由省有关部门分头牵头，九市参与，纳入规划纲要年度评估考核。',
        targets: [{ name: '研发经费支出占地区生产总值比重', value: '3.0', unit: '%', year: 2020 }], keywords: ['珠三角', '一体化'] },
    { key: 'demo-nc', name: '“数控一代”应用示范工程', name_en: 'Demonstration of numerical control', kind: 'demonstration', level: 'provincial', state: 'finished', managers: ['gdstc'], parent: 'prd-action', started_on: '2014', ended_on: '2015-12-31', area: ['440000'],
        industries: ['342', '354', '352'], clusters: ['e02'], policies: ['plan-2014'], summary: '省市区镇联动，以示范市（区）、示范专业镇和设计平台推广数控机械产品。',
        targets: [{ name: '应用示范市（区）', value: '10', unit: '个以上', year: 2015 }, { name: '示范专业镇', value: '30', unit: '个以上', year: 2015 }], keywords: ['数控', '装备'] },
    { key: 'demo-led', name: 'LED 应用示范工程', name_en: 'Demonstration of LED lighting', kind: 'demonstration', level: 'provincial', state: 'finished', managers: ['gdstc'], parent: 'prd-action', started_on: '2014', ended_on: '2015-12-31', area: ['440000'], industries: ['387'],
        clusters: ['p06'], policies: ['plan-2014'], summary: '从公共照明入手推广 LED，向民用和商用延伸。', keywords: ['LED', '照明'] },
    { key: 'demo-nev', name: '新能源汽车应用示范工程', name_en: 'Demonstration of new-energy vehicles', kind: 'demonstration', level: 'provincial', state: 'finished', managers: ['gdstc'], parent: 'prd-action', started_on: '2014', ended_on: '2015-12-31', area: ['440000'], industries: ['361'],
        clusters: ['p04'], policies: ['plan-2014'], summary: '在公交、出租、公务、环卫、邮政和物流中推广。', targets: [{ name: '推广应用规模', value: '5', unit: '万辆', year: 2015 }], keywords: ['新能源汽车'] },
    { key: 'key-rd', name: '广东省重点领域研发计划', name_en: 'Guangdong key R&D programme', kind: 'provincial-programme', level: 'provincial', state: 'running', managers: ['gdstc'], started_on: '2018', area: ['440000'], funding_sources: ['provincial-fiscal', 'own-funds'],
        aid_ways: ['aid-before'], policies: ['key-rd-plan'], summary: '围绕集群关键核心技术组织攻关，可承接国家重大任务。', keywords: ['重点研发', '关键核心技术'] },
    { key: 'zhuoyue', name: '广东省基础研究十年“卓粤”计划', name_en: 'Guangdong ten-year basic research plan', kind: 'provincial-fund', level: 'provincial', state: 'running', managers: ['gdstc'], area: ['440000'], funding_sources: ['provincial-fiscal'], aid_ways: ['aid-before'],
        policies: ['cluster-notice-2022'], summary: '支持前瞻性、原创性基础研究，为产业技术提供源头支撑。', keywords: ['基础研究'] },
    { key: 'nkrdp', name: '国家重点研发计划', name_en: 'National key R&D programme', kind: 'national-programme', level: 'national', state: 'running', managers: ['most'], started_on: '2016', area: ['CN'], funding_sources: ['central-fiscal'], aid_ways: ['aid-before'],
        summary: '国家科技计划之一，支持重点领域研发。', keywords: ['重点研发'] },
    { key: 'sti2030', name: '科技创新2030—重大项目', name_en: 'Science and Technology Innovation 2030 major projects', kind: 'national-programme', level: 'national', state: 'running', managers: ['most'], area: ['CN'], funding_sources: ['central-fiscal'],
        summary: '面向 2030 年的国家重大科技项目，各集群争取承担。', keywords: ['重大项目'] },
    { key: 'p973', name: '国家重点基础研究发展计划（973计划）', name_en: 'National basic research programme (973)', short_name: '973计划', kind: 'national-programme', level: 'national', state: 'finished', managers: ['most'], started_on: '1997', area: ['CN'], keywords: ['973'] },
    { key: 'p863', name: '国家高技术研究发展计划（863计划）', name_en: 'National high-tech programme (863)', short_name: '863计划', kind: 'national-programme', level: 'national', state: 'finished', managers: ['most'], started_on: '1986', area: ['CN'], keywords: ['863'] },
    { key: 'gd-hk', name: '粤港关键领域重点突破项目', name_en: 'Guangdong-Hong Kong joint technology projects', kind: 'joint-programme', level: 'provincial', managers: ['gdstc'], area: ['440000', '810000'], policies: ['plan-2014'], aid_ways: ['aid-before'],
        summary: '粤港两地在重点领域联合攻关，各市可设地方专项。', keywords: ['粤港合作', '联合攻关'] },
    { key: 'zh-sme-fund', name: '珠海市科技型中小企业技术创新专项资金', name_en: 'Zhuhai innovation fund for small firms', kind: 'city-programme', level: 'municipal', managers: ['stb-zhuhai'], area: ['440400'], funding_sources: ['municipal-fiscal'],
        aid_ways: ['aid-before', 'aid-loan-interest'], policies: ['zh-regulation-2016'], summary: '以事前无偿资助、贷款贴息支持初创企业和中小企业。', keywords: ['中小企业', '贷款贴息'] },
    { key: 'standard-plus', name: '“先进标准+”工程', name_en: 'Advanced standards plus', kind: 'action-plan', level: 'provincial', state: 'running', managers: ['gd-amr'], area: ['440000'], policies: ['cluster-notice-2022'],
        summary: '建立覆盖全产业链和产品全生命周期的标准体系，支持参与国际标准化。', targets: [{ name: '国际标准', value: '500', unit: '项', year: 2025 }, { name: '国家标准', value: '2500', unit: '项', year: 2025 }], keywords: ['标准', '集群'] },
];

/* ---- clusters ---- */

const strategic = (code, name, en, industries, more = {}) => ({ key: code, name: `广东省${name}战略性${code[0] === 'p' ? '支柱' : '新兴'}产业集群`, name_en: `Guangdong cluster of ${en}`,
    family: code[0] === 'p' ? 'strategic-pillar' : 'strategic-emerging', level: 'provincial', code, state: 'running', area: ['440000'], industries, started_on: '2020',
    policies: ['cluster-opinion-2020', 'cluster-notice-2022'], summary: `全省二十个战略性产业集群之一。由牵头部门定期更新关键技术、重点产品、研发机构清单和产业地图，各市每年第三季度末报送执行情况。`,
    targets: [{ name: '省级技术创新中心、制造业创新中心', value: '全覆盖', year: 2025 }], keywords: [name, '产业集群', '三单一图'], ...more });

export const clusters = [
    strategic('p01', '新一代电子信息', 'new-generation electronic information', ['39'], { area: ['440100', '440300', '440600', '441900', '441300'] }),
    strategic('p02', '绿色石化', 'green petrochemicals', ['25', '26'], { area: ['440100', '441300', '440800', '440900', '445200'] }),
    strategic('p03', '智能家电', 'smart home appliances', ['385'], { area: ['440600', '442000', '440400'] }),
    strategic('p04', '汽车产业', 'automobiles', ['36']), strategic('p05', '先进材料', 'advanced materials', ['26', '30', '31', '32']),
    strategic('p06', '现代轻工纺织', 'modern light industry and textiles', ['17', '18', '19', '21', '24', '387']),
    strategic('p07', '软件与信息服务', 'software and information services', ['64', '65'], { area: ['440100', '440300', '440400'] }),
    strategic('p08', '超高清视频显示', 'ultra-high-definition display', ['393', '397']), strategic('p09', '生物医药与健康', 'biomedicine and health', ['27', '358']),
    strategic('p10', '现代农业与食品', 'modern agriculture and food', ['01', '04', '13', '14']),
    strategic('e01', '半导体与集成电路', 'semiconductors and integrated circuits', ['397', '652'], { area: ['440100', '440300', '440400'] }),
    strategic('e02', '高端装备制造', 'high-end equipment', ['34', '35', '37']), strategic('e03', '智能机器人', 'intelligent robots', ['349'], { area: ['440100', '440300', '440600', '441900'] }),
    strategic('e04', '区块链与量子信息', 'blockchain and quantum information', ['65']),
    strategic('e05', '前沿新材料', 'frontier materials', ['26', '30', '32'], { research: ['csns'] }), strategic('e06', '新能源', 'new energy', ['44', '382', '384'], { research: ['ciads'] }),
    strategic('e07', '激光与增材制造', 'laser and additive manufacturing', ['342', '356']), strategic('e08', '数字创意', 'digital creative industries', ['657', '87']),
    strategic('e09', '安全应急与环保', 'safety, emergency and environment', ['359', '77']), strategic('e10', '精密仪器设备', 'precision instruments', ['40']),
    { key: 'sz-internet', name: '深圳下一代互联网国家创新型产业集群', name_en: 'Shenzhen next-generation internet cluster', family: 'national-innovative', level: 'national', area: ['440300'], industries: ['64', '39'], leads: ['city-shenzhen'],
        policies: ['zone-clusters-2012', 'plan-2014'], summary: '国家创新型产业集群建设试点。', keywords: ['互联网'] },
    { key: 'hz-terminal', name: '惠州智能终端与云计算应用国家创新型产业集群', name_en: 'Huizhou smart terminal and cloud cluster', family: 'national-innovative', level: 'national', area: ['441300'], industries: ['39', '65'], leads: ['city-huizhou'],
        policies: ['zone-clusters-2012', 'plan-2014'], summary: '国家创新型产业集群建设试点。', keywords: ['智能终端', '云计算'] },
    { key: 'zs-health', name: '中山健康科技国家创新型产业集群', name_en: 'Zhongshan health technology cluster', family: 'national-innovative', level: 'national', area: ['442000'], industries: ['27'], leads: ['city-zhongshan'],
        policies: ['zone-clusters-2012', 'plan-2014'], summary: '国家创新型产业集群建设试点。', keywords: ['健康科技'] },
    { key: 'gz-beidou', name: '广州北斗卫星导航创新型产业集群', name_en: 'Guangzhou BeiDou navigation cluster', family: 'provincial-innovative', level: 'provincial', area: ['440100'], industries: ['392'], leads: ['city-guangzhou'],
        policies: ['zone-clusters-2012', 'plan-2014'], summary: '省级创新型产业集群。', keywords: ['北斗', '卫星导航'] },
    { key: 'zh-software', name: '珠海软件及集成电路设计创新型产业集群', name_en: 'Zhuhai software and integrated circuit design cluster', family: 'provincial-innovative', level: 'provincial', area: ['440400'], industries: ['651', '652'], leads: ['city-zhuhai'],
        policies: ['zone-clusters-2012', 'plan-2014'], summary: '省级创新型产业集群。', keywords: ['软件', '集成电路设计'] },
];

/* ---- facilities ---- */

const zone = (key, name, en, area, more = {}) => ({ key, name, name_en: en, kind: 'high-tech-zone', level: 'national', state: 'operating', area, parent: 'prd-zone', keywords: ['高新区'], ...more });
const serviceZone = (key, name, en, area) => ({ key, name, name_en: en, kind: 'service-zone', state: 'operating', area, summary: '行动计划重点建设的科技服务产业集聚区之一。', keywords: ['科技服务业'] });

export const facilities = [
    { key: 'csns', name: '中国散裂中子源', name_en: 'China Spallation Neutron Source', short_name: 'CSNS', kind: 'big-science', level: 'national', state: 'operating', host: ['ihep'], area: '441900', started_on: '2011', accepted_on: '2018-08', open: true,
        sharing_mode: 'shared-outside', subjects: ['14065', '430'], clusters: ['e05', 'p05'], summary: '位于东莞的脉冲中子源，用中子散射研究材料结构，用户凭课题申请机时。', services: '中子衍射、小角散射、反射、成像等谱仪的用户实验。', keywords: ['散裂中子源', '中子散射', '大科学装置'] },
    { key: 'dayabay', name: '江门中微子实验', name_en: 'Jiangmen Underground Neutrino Observatory', former_names: ['大亚湾中微子实验（二期）'], short_name: 'JUNO', kind: 'big-science', level: 'national', host: ['ihep'], area: '440700', subjects: ['14070'],
        summary: '大亚湾反应堆中微子实验之后的地下实验，探测中微子质量次序。', keywords: ['中微子', '大科学装置'] },
    { key: 'ciads', name: '加速器驱动嬗变研究装置', name_en: 'China initiative Accelerator Driven System', short_name: 'CIADS', kind: 'big-science', level: 'national', state: 'building', host: ['imp'], area: '441300', subjects: ['490', '14065'], clusters: ['e06'],
        summary: '在惠州建设，研究用加速器处理核废料。', keywords: ['加速器', '嬗变', '大科学装置'] },
    { key: 'hiaf', name: '强流重离子加速器装置', name_en: 'High Intensity heavy-ion Accelerator Facility', short_name: 'HIAF', kind: 'big-science', level: 'national', state: 'building', host: ['imp'], area: '441300', subjects: ['14065'],
        summary: '在惠州建设的重离子研究装置。', keywords: ['重离子', '加速器', '大科学装置'] },
    { key: 'genebank', name: '国家基因库', name_en: 'China National GeneBank', kind: 'gene-bank', level: 'national', state: 'operating', operator: 'bgi-research', area: '440300', approved_on: '2011', accepted_on: '2016', open: true, sharing_mode: 'shared-outside', subjects: ['18031'],
        clusters: ['p09'], summary: '保存和共享生物样本与基因数据。', keywords: ['基因', '生物样本库'] },
    { key: 'nscc-gz', name: '国家超级计算广州中心', name_en: 'National Supercomputer Center in Guangzhou', kind: 'computing-centre', level: 'national', state: 'operating', host: ['sysu'], area: '440113', open: true, sharing_mode: 'shared-outside', subjects: ['520'], clusters: ['p07'],
        summary: '面向科研、工程和政务提供超级计算和数据服务。', keywords: ['超级计算', '天河'] },
    { key: 'nscc-sz', name: '国家超级计算深圳中心', name_en: 'National Supercomputing Center in Shenzhen', kind: 'computing-centre', level: 'national', state: 'operating', host: ['city-shenzhen'], area: '440305', approved_on: '2009', open: true,
        sharing_mode: 'shared-outside', subjects: ['520'], clusters: ['p07'], summary: '又名深圳云计算中心，提供超级计算和云服务。', keywords: ['超级计算', '云计算'] },
    { key: 'hengli-centre', name: '东莞市横沥模具产业协同创新中心', name_en: 'Hengli mould collaborative innovation centre', kind: 'town-platform', level: 'town', state: 'operating', host: ['hengli-gov'],
        co_builders: ['sjtu', 'dhu', 'gdut', 'sspu', 'hust-dg', 'dgut'], town: 'hengli', area: '441900106', approved_on: '2012-06', industries: ['352'], clusters: ['e02'],
        summary: '镇政府牵头，联合七家高校院所，为模具企业提供技术、人才和设备支持，也是中小微企业服务平台。', keywords: ['模具', '协同创新', '专业镇'] },
    { key: 'gdufe-centre', name: '珠三角科技金融产业协同创新发展中心', name_en: 'Collaborative centre for science finance in the delta', kind: 'collaborative-centre', level: 'provincial', state: 'operating', host: ['gdufe'], co_builders: ['jnu', 'sysu'], area: '440105', subjects: ['790'],
        summary: '研究微金融、高新产业金融、财税评价、产品创新与风险、互联网金融和法律保障。', keywords: ['科技金融', '协同创新'] },
    { key: 'brand-centre', name: '珠三角品牌战略协同创新中心', name_en: 'Collaborative centre for brand strategy in the delta', kind: 'collaborative-centre', level: 'provincial', state: 'operating', host: ['gafa'], co_builders: ['jnu'], area: '440105', subjects: ['760'], clusters: ['e08'],
        summary: '首批省级 2011 计划培育的协同创新中心，依托广州国家广告产业园区。', keywords: ['品牌', '广告', '2011计划'] },
    { key: 'prd-zone', name: '珠三角国家自主创新示范区', name_en: 'Pearl River Delta national innovation demonstration zone', kind: 'innovation-zone', level: 'national', state: 'operating', area: '440000', summary: '以深圳、广州为龙头的“1+1+7”示范区。', keywords: ['自创区', '1+1+7'] },
    zone('gz-zone', '广州高新技术产业开发区', 'Guangzhou high-tech zone', '440112'), zone('sz-zone', '深圳高新技术产业园区', 'Shenzhen high-tech park', '440305'),
    zone('zh-zone', '珠海高新技术产业开发区', 'Zhuhai high-tech zone', '440402'), zone('fs-zone', '佛山高新技术产业开发区', 'Foshan high-tech zone', '440605'),
    zone('hz-zone', '惠州仲恺高新技术产业开发区', 'Huizhou Zhongkai high-tech zone', '441302'),
    zone('dg-zone', '东莞松山湖高新技术产业开发区', 'Dongguan Songshan Lake high-tech zone', '441900', { summary: '也是行动计划重点建设的科技服务集聚区，邻近中国散裂中子源。' }),
    zone('zs-zone', '中山火炬高新技术产业开发区', 'Zhongshan Torch high-tech zone', '442000'), zone('jm-zone', '江门高新技术产业开发区', 'Jiangmen high-tech zone', '440704'),
    zone('zq-zone', '肇庆高新技术产业开发区', 'Zhaoqing high-tech zone', '441284'),
    serviceZone('nansha', '广州南沙科技服务集聚区', 'Nansha service zone', '440115'), serviceZone('qianhai', '深圳前海科技服务集聚区', 'Qianhai service zone', '440305'),
    serviceZone('hengqin', '珠海横琴科技服务集聚区', 'Hengqin service zone', '440402'), serviceZone('fs-finance', '佛山广东金融高新技术服务区', 'Foshan financial high-tech service zone', '440605'),
    { key: 'drug-centre', name: '华南新药创制中心', name_en: 'South China centre for innovative drugs', kind: 'accelerator', state: 'operating', area: '440112', clusters: ['p09'], industries: ['27'], summary: '珠三角生物医药产业加速器。', keywords: ['新药', '生物医药'] },
    { key: 'zs-health-base', name: '中山国家健康科技产业基地', name_en: 'Zhongshan national health technology base', kind: 'speciality-park', level: 'national', state: 'operating', area: '442000', clusters: ['p09'], industries: ['27'], summary: '生物医药与健康产业园区。', keywords: ['健康科技'] },
    { key: 'gdas-base', name: '广东省科学院产业化平台', name_en: 'Industrial platform of Guangdong Academy of Sciences', kind: 'service-platform', level: 'provincial', state: 'operating', host: ['gdas'], area: '440104', summary: '省属科研机构面向产业集群的技术服务与转化平台。', keywords: ['成果转化'] },
];

/* ---- alliances ---- */

export const alliances = [
    { key: 'sz-hk-micro', name: '深港微电子协同创新联盟', name_en: 'Shenzhen-Hong Kong microelectronics alliance', kind: 'cross-border', state: 'alliance-active', leads: ['astri'], area: ['440300', '810000'], industries: ['397', '652'], clusters: ['e01'],
        summary: '深圳、香港双理事长、双秘书处；围绕设计平台、成果转化、前沿技术和人才培养合作。', keywords: ['微电子', '深港'] },
    { key: 'zone-alliance', name: '广东省高新区战略联盟', name_en: 'Alliance of high-tech zones', kind: 'zone-alliance', state: 'alliance-active', area: ['440000'], summary: '推动各高新区资源共享、错位发展。', keywords: ['高新区'] },
    { key: 'textile-alliance', name: '纺织服装专业镇产业联盟', name_en: 'Alliance of textile and clothing towns', kind: 'town-alliance', area: ['440100', '440300', '440600', '442000', '440700', '441900', '441300'], industries: ['17', '18'], clusters: ['p06'],
        member_towns: ['xiqiao', 'dalang', 'humen', 'shaxi'], summary: '广州、深圳总部和设计带动各市服装专业镇，共建共性技术、信息和检测服务。', keywords: ['纺织服装', '专业镇'] },
    { key: 'furniture-alliance', name: '家具专业镇产业联盟', name_en: 'Alliance of furniture towns', kind: 'town-alliance', area: ['440600', '441900', '442000', '440700'], industries: ['21'], clusters: ['p06'], member_towns: ['lecong', 'houjie', 'dachong'],
        summary: '发展家具总部经济，建设研发基地和采购中心。', keywords: ['家具', '专业镇'] },
    { key: 'hardware-alliance', name: '五金制品专业镇产业联盟', name_en: 'Alliance of hardware towns', kind: 'town-alliance', area: ['440600', '440700', '442000', '441200'], industries: ['33'], clusters: ['p05'], member_towns: ['xiaolan', 'jinli', 'shuikou'],
        summary: '共建珠江口西岸金属材料加工与制品基地。', keywords: ['五金', '专业镇'] },
    { key: 'nc-alliance', name: '机械产品数控技术产业联盟', name_en: 'Alliance for numerically controlled machines', kind: 'industrial-technology', area: ['440000'], industries: ['342', '352', '354', '355'], clusters: ['e02'],
        summary: '涵盖电子制造装备、印刷包装、塑料、建材、纺织、木工和工程机械。', keywords: ['数控'] },
];

/* ---- specialised towns ---- */

const town = (key, name, en, area, code, speciality, industries, clusterCodes, more = {}) => ({ key, name: `${name}${speciality}专业镇`, name_en: `Specialised town of ${en}`, kind: 'town-industry', area, towns: [code],
    speciality: [speciality], industries, clusters: clusterCodes, summary: `${name}的特色产业是${speciality}。认定批次和文号待核。`, keywords: [name, speciality, '专业镇'], ...more });

export const towns = [
    town('hengli', '东莞横沥', 'Hengli (moulds)', '441900', '441900106', '模具', ['352'], ['e02'], { paired: ['sjtu', 'dhu', 'gdut', 'sspu', 'hust-dg', 'dgut'], platforms: ['hengli-centre'],
        summary: '以模具制造为特色，2012 年 6 月由镇政府牵头组建协同创新中心，依托七家高校院所。认定批次和文号待核。' }),
    town('dalang', '东莞大朗', 'Dalang (woollens)', '441900', '441900113', '毛织', ['176', '182'], ['p06']),
    town('humen', '东莞虎门', 'Humen (clothing)', '441900', '441900121', '服装', ['181'], ['p06']),
    town('houjie', '东莞厚街', 'Houjie (furniture)', '441900', '441900122', '家具', ['211'], ['p06']),
    town('changan', '东莞长安', 'Chang\'an (hardware and moulds)', '441900', '441900119', '五金模具', ['352', '332'], ['e02']),
    town('guzhen', '中山古镇', 'Guzhen (lighting)', '442000', '442000105', '灯饰', ['387'], ['p06']),
    town('xiaolan', '中山小榄', 'Xiaolan (hardware)', '442000', '442000118', '五金制品', ['335', '338'], ['p05']),
    town('dachong', '中山大涌', 'Dachong (redwood furniture)', '442000', '442000116', '红木家具', ['211'], ['p06']),
    town('shaxi', '中山沙溪', 'Shaxi (leisure wear)', '442000', '442000106', '休闲服装', ['181', '182'], ['p06']),
    town('xiqiao', '佛山西樵', 'Xiqiao (textiles)', '440605', '440605122', '纺织', ['171', '175'], ['p06']),
    town('dali', '佛山大沥', 'Dali (aluminium)', '440605', '440605125', '铝型材', ['325', '331'], ['p05']),
    town('lecong', '佛山乐从', 'Lecong (furniture)', '440606', '440606103', '家具', ['211'], ['p06']),
    town('beijiao', '佛山北滘', 'Beijiao (home appliances)', '440606', '440606102', '家电', ['385'], ['p03']),
    town('shiwan', '佛山石湾', 'Shiwan (ceramics)', '440604', '440604010', '陶瓷', ['307'], ['p05']),
    town('zhangcha', '佛山张槎', 'Zhangcha (knitwear)', '440604', '440604011', '针织', ['176'], ['p06']),
    town('shuikou', '开平水口', 'Shuikou (taps)', '440783', '440783117', '水暖卫浴', ['335'], ['p05']),
    town('jinli', '肇庆金利', 'Jinli (hardware)', '441204', '441204115', '五金', ['335'], ['p05']),
    town('chenghai', '汕头澄海', 'Chenghai (toys)', '440515', '440515001', '玩具', ['245'], ['p06', 'e08'], { partners: ['changan'] }),
    town('gurao', '汕头谷饶', 'Gurao (underwear)', '440513', '440513106', '内衣', ['182'], ['p06']),
    town('fengxi', '潮州枫溪', 'Fengxi (ceramics)', '445103', '445103121', '陶瓷', ['307'], ['p05']),
];

/* ---- standards ---- */

const gb = (number, title, en, ics, published, more = {}) => ({ key: number.toLowerCase().replace(/[^a-z0-9]+/g, '-'), number, title, title_en: en, kind: 'gb', nature: /^GB\/T/.test(number) ? 'recommended' : 'mandatory',
    state: 'standard-current', ics, published_on: published, issued_by: ['sac'], languages: ['zh'], ...more });
const iso = (number, title, en, ics, published, more = {}) => ({ key: number.toLowerCase().replace(/[^a-z0-9]+/g, '-'), number, title, title_en: en, kind: 'iso-standard', state: 'standard-current', ics, published_on: published,
    issued_by: ['iso'], languages: ['en'], ...more });

export const standards = [
    gb('GB/T 4754-2017', '国民经济行业分类', 'Industrial classification for national economic activities', ['03.020'], '2017', { keywords: ['行业分类'] }),
    gb('GB/T 2260-2007', '中华人民共和国行政区划代码', 'Codes for the administrative divisions of the People\'s Republic of China', ['35.040'], '2007', { keywords: ['行政区划'] }),
    gb('GB/T 10114-2003', '县级以下行政区划代码编制规则', 'Rules for codes of administrative divisions below the county', ['35.040'], '2003', { keywords: ['行政区划', '乡镇'] }),
    gb('GB/T 13745-2009', '学科分类与代码', 'Classification and code of disciplines', ['01.140'], '2009', { keywords: ['学科分类'] }),
    gb('GB 32100-2015', '法人和其他组织统一社会信用代码编码规则', 'Coding rule of the unified social credit identifier', ['35.040'], '2015', { keywords: ['统一社会信用代码'] }),
    gb('GB/T 30523-2023', '科技资源核心元数据', 'Core metadata of science and technology resources', ['35.240'], '2023', { replaces: ['gb-t-30523-2014'], keywords: ['科技资源', '元数据'] }),
    gb('GB/T 30523-2014', '科技平台 资源核心元数据', 'Core metadata of resources of science platforms', ['35.240'], '2014', { state: 'standard-replaced', replaced_by: ['gb-t-30523-2023'], keywords: ['科技平台', '元数据'] }),
    gb('GB/T 30522-2014', '科技平台 元数据标准化基本原则与方法', 'Principles and methods of metadata for science platforms', ['35.240'], '2014', { keywords: ['元数据'] }),
    gb('GB/T 32843-2016', '科技资源标识', 'Identification of science and technology resources', ['01.140'], '2016', { keywords: ['科技资源标识', 'CSTR'] }),
    gb('GB/T 35397-2017', '科技人才元数据元素集', 'Metadata elements of science personnel', ['01.140'], '2017', { keywords: ['科技人才', '元数据'] }),
    gb('GB/T 37264-2018', '新材料技术成熟度等级划分及定义', 'Readiness levels of new material technologies', ['01.040'], '2018', { keywords: ['技术成熟度', '新材料'], clusters: ['p05', 'e05'] }),
    gb('GB/T 7714-2015', '信息与文献 参考文献著录规则', 'Rules for bibliographic references', ['01.140'], '2015', { keywords: ['参考文献'] }),
    gb('GB 18030-2022', '信息技术 中文编码字符集', 'Chinese coded character set', ['35.040'], '2022', { keywords: ['字符集', '编码'], industries: ['65'], clusters: ['p07'] }),
    gb('GB/T 2261.1-2003', '个人基本信息分类与代码 第1部分：人的性别代码', 'Codes of personal data, part 1: sex', ['35.040'], '2003', { keywords: ['代码'] }),
    iso('ISO 3166-1:2020', '国家及其行政区划名称代码 第1部分：国家代码', 'Codes for the representation of names of countries and their subdivisions, Part 1: Country code', ['01.140'], '2020', { keywords: ['国家代码'] }),
    iso('ISO 3297:2022', '信息与文献 国际标准连续出版物号', 'Information and documentation: International standard serial number (ISSN)', ['01.140'], '2022', { keywords: ['ISSN'] }),
    iso('ISO 2108:2017', '信息与文献 国际标准书号', 'Information and documentation: International Standard Book Number (ISBN)', ['01.140'], '2017', { keywords: ['ISBN'] }),
    iso('ISO 15836-1:2017', '信息与文献 都柏林核心元数据元素集 第1部分：核心元素', 'Information and documentation: The Dublin Core metadata element set, Part 1: Core elements', ['35.240'], '2017', { keywords: ['都柏林核心', '元数据'] }),
    iso('ISO 27729:2024', '信息与文献 国际标准名称标识符', 'Information and documentation: International standard name identifier (ISNI)', ['01.140'], '2024', { keywords: ['ISNI'] }),
];
