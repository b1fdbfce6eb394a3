// The pages of indexes, over the release of the sample towns and over made-up ones: each kind fits, is accessible, has its title and
// complains of nothing; the address is the state; nothing at all, one unit, a thousand; long names; a slow and a failing node.
// time limit: 420 s
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertAccessible, assertFits, open, WIDTHS, withPage } from './lib/browser.mjs'
import { LIMIT, REFUSED, stage, TOWNS } from './lib/indexes.mjs'

const on = stage()

/* name                        path                                                what the title says, what is shown */
const PAGES = [
  ['indexes',                  '/indexes',                                         /^综合指数 · 广东协同$/],
  ['ranking',                  TOWNS,                                              /^示例.+领先.* · 专业镇创新指数 · 2023 · 广东协同$/],
  ['ranking of a dimension',   `${TOWNS}?node=B&sort=change&q=示例`,                 /专业镇创新指数/],
  ['ranking, one is chosen',   `${TOWNS}?mark=ex-08&k=5`,                          /专业镇创新指数/],
  ['ranking of an older year', `${TOWNS}?period=2020`,                             /2020/],
  ['map',                      `${TOWNS}?view=map&area=440100`,                    /专业镇创新指数/],
  ['unit',                     `${TOWNS}/units/ex-08`,                             /^示例翎栖镇（梅州市） · 专业镇创新指数/],
  ['unit beside chosen peers', `${TOWNS}/units/ex-08?peers=chosen&peer=ex-01&peer=ex-02&node=B`, /示例翎栖镇/],
  ['unit without a rank',      `${TOWNS}/units/ex-60?period=2020`,                 /专业镇创新指数/],
  ['unit that is not there',   `${TOWNS}/units/none`,                              /没有这个单位/],
  ['indicator',                `${TOWNS}/indicators/A21?unit=ex-08`,               /^每千人研究与开发/],
  ['dimension',                `${TOWNS}/indicators/B`,                            /^科技研发能力/],
  ['the whole index',          `${TOWNS}/indicators/index`,                        /专业镇创新指数/],
  ['no such indicator',        `${TOWNS}/indicators/none`,                         /没有这一项/],
  ['method',                   `${TOWNS}/method`,                                  /^专业镇创新指数怎样算出/],
  ['observations',             '/observations?index=specialised-town&indicator=A11&area=ex-08&revisions=true', /地区生产总值/],
  ['all observations',         '/observations',                                    /^观测数据/],
  ['no observation',           '/observations?area=none',                          /观测数据/],
  ['an index without units',   '/indexes/zero',                                    /示例指数/],
  ['an index of one unit',     '/indexes/one',                                     /示例单位 0是唯一的单位/],
  ['profile of the only unit', '/indexes/one/units/u0',                            /示例单位 0/],
  ['a thousand units',         '/indexes/thousand?page=3',                         /示例指数/],
  ['indicator of a thousand',  '/indexes/thousand/indicators/X',                   /指标甲/],
  ['an index with no rank for one', '/indexes/unranked',                       /示例指数/],
  ['unit without any rank',    '/indexes/unranked/units/u5',                       /示例单位 5/],
  ['no years, no draws',       '/indexes/plain',                                   /示例单位 \d领先/],
  ['unit without years',       '/indexes/plain/units/u1',                          /示例单位 1/],
  ['long names',               '/indexes/long',                                    /超大规模|Donau/],
  ['unit with a long name',    '/indexes/long/units/u1?node=A',                    /超大规模|Donau/],
  ['indicator, long names',    '/indexes/long/indicators/X?unit=u1',               /面向粤港澳/],
  ['failing index',            '/indexes/fail',                                    /fail/],
  ['missing index',            '/indexes/none/method',                             /none/],
  ['embedded ranking',         '/embed/specialised-town/ranking',                  /专业镇创新指数/, '.chart svg.drawing >> nth=0'],
  ['embedded map',             '/embed/specialised-town/map?node=B',               /专业镇创新指数/, '.chart .choropleth g[role=button] >> nth=20'],
  ['embedded profile',         '/embed/specialised-town/contributions/ex-08?peers=chosen&peer=ex-01,ex-02', /专业镇创新指数/, '.chart svg.drawing a >> nth=2'],
  ['embedded course',          '/embed/specialised-town/score/ex-08',              /专业镇创新指数/, '.chart svg.drawing a >> nth=4'],
  ['embedded distribution',    '/embed/specialised-town/distribution/A21?unit=ex-08', /专业镇创新指数/, '.chart svg.drawing a >> nth=50'],
  ['embedded trend',           '/embed/specialised-town/trend/B',                  /专业镇创新指数/, '.chart svg.drawing >> nth=0'],
  ['no such chart',            '/embed/specialised-town/nothing',                  /专业镇创新指数/, 'h1:text-is("这里没有这张图：地址可能写错了。")'],
  ['profile alone of nobody',  '/embed/specialised-town/score/nobody',             /专业镇创新指数/, 'h1:text-is("这里没有这张图：地址可能写错了。")'],
  ['warnings of an index',     '/indexes/one/method',                              /怎样算出/, 'main li:has-text("有缺失值无法填补，仍按缺失处理")'],
]

for (const [name, path, title, shown] of PAGES) {
  test(`${name}: fits, is accessible, has its title`, LIMIT, () =>
    withPage(on.browser, on.node.url, async (page) => {
      await open(page, path)
      assert.match(await page.title(), title)
      assert.equal(await page.locator('h1').count(), 1, 'one h1')
      if (shown) assert.ok(await page.locator(shown).isVisible(), shown)
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 })
        await assertFits(page, `${name} at ${width}`)
        // What is drawn differs between the two; what is said does not.
        if (width === 360 || (width === 1440 && path.startsWith(TOWNS))) await assertAccessible(page, `${name} at ${width}`)
      }
    }, { expected: REFUSED }))
}
