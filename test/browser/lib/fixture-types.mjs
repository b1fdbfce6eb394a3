// Record types for the fixture: between them every kind of field there is.
const label = (zh, en) => ({ zh, en })

export const types = [
  {
    type: 'paper', label: label('论文', 'Paper'), plural: { en: 'Papers' }, description: label('期刊论文与会议论文。', 'Journal and conference papers.'),
    title: 'title', order: 10, count: 123,
    fields: [
      { name: 'title', label: label('题名', 'Title'), kind: 'string', required: true, max: 300, search: 'title' },
      { name: 'authors', label: label('作者', 'Authors'), kind: 'link', to: ['person'], role: 'authored_by', many: true, search: 'who' },
      { name: 'journal', label: label('期刊', 'Journal'), kind: 'string' },
      { name: 'published_on', label: label('发表日期', 'Published'), kind: 'date', facet: 'year' },
      { name: 'keywords', label: label('关键词', 'Keywords'), kind: 'string', many: true, search: 'keywords' },
      { name: 'area', label: label('地区', 'Area'), kind: 'code', codes: 'area', facet: 'area' },
      { name: 'subject', label: label('学科', 'Field of science'), kind: 'code', codes: 'discipline', facet: 'subject' },
      { name: 'kind', label: label('类别', 'Kind'), kind: 'code', codes: 'paper-kind', facet: 'kind' },
      { name: 'abstract', label: label('摘要', 'Abstract'), kind: 'text', search: 'text', help: label('原文摘要。', 'As published.') },
      { name: 'doi', label: label('DOI', 'DOI'), kind: 'identifier', scheme: 'doi', identity: true },
      { name: 'pages', label: label('页数', 'Pages'), kind: 'integer' },
      { name: 'impact', label: label('影响', 'Impact'), kind: 'decimal', unit: '分' },
      { name: 'cost', label: label('费用', 'Cost'), kind: 'money', range: 'amount' },
      { name: 'open', label: label('开放获取', 'Open access'), kind: 'bool' },
      { name: 'year', label: label('年份', 'Year'), kind: 'year' },
      { name: 'homepage', label: label('网址', 'Web address'), kind: 'url' },
      { name: 'bad_link', label: label('坏网址', 'Bad address'), kind: 'url' },
      { name: 'mail', label: label('邮箱', 'E-mail'), kind: 'email' },
      { name: 'funding', label: label('资助', 'Funding'), kind: 'group', many: true, fields: [
        { name: 'funder', label: label('资助者', 'Funder'), kind: 'link', to: ['organisation'], role: 'funded_by' },
        { name: 'number', label: label('编号', 'Number'), kind: 'string' },
        { name: 'amount', label: label('金额', 'Amount'), kind: 'money' },
        { name: 'way', label: label('方式', 'Way'), kind: 'code', codes: 'aid-way' },
      ] },
    ],
    sections: [
      { label: label('基本信息', 'Basics'), fields: ['title', 'authors', 'journal', 'published_on', 'keywords', 'kind', 'area', 'doi'] },
      { label: label('内容', 'Content'), fields: ['abstract', 'pages', 'impact', 'open', 'homepage', 'bad_link', 'mail', 'cost', 'funding'] },
    ],
    facts: ['authors', 'journal', 'published_on', 'area'],
  },
  {
    type: 'instrument', label: label('仪器设备', 'Instrument'), plural: { en: 'Instruments' }, title: 'name', order: 20, count: 23,
    fields: [
      { name: 'name', label: label('名称', 'Name'), kind: 'string', required: true },
      { name: 'area', label: label('地区', 'Area'), kind: 'code', codes: 'area', facet: 'area' },
    ],
    sections: [], facts: ['area'],
  },
]
