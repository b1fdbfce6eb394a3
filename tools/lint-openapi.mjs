// node tools/lint-openapi.mjs FILE: holds an OpenAPI description against the recommended rules of two public linters,
// Redocly and Spectral. Prints what they say and leaves with 1 when either of them objects (warnings count).
import { createConfig, lintDocument, BaseResolver, makeDocumentFromString } from '@redocly/openapi-core'
import spectralCore from '@stoplight/spectral-core'
import spectralParsers from '@stoplight/spectral-parsers'
import spectralRulesets from '@stoplight/spectral-rulesets'
import { readFileSync } from 'node:fs'

const file = process.argv[2]
const text = readFileSync(file, 'utf8')

async function redocly() {
  const config = await createConfig({ extends: ['recommended'] })
  const document = makeDocumentFromString(text, file)
  const problems = await lintDocument({ document, config: config.styleguide, externalRefResolver: new BaseResolver() })
  return problems.map((problem) =>
    `redocly   ${problem.severity} ${problem.ruleId} ${problem.location[0]?.pointer ?? ''}: ${problem.message}`)
}

async function spectral() {
  const linter = new spectralCore.Spectral()
  linter.setRuleset({ extends: [[spectralRulesets.oas, 'recommended']] })
  const problems = await linter.run(new spectralCore.Document(text, spectralParsers.Json, file))
  return problems.map((problem) =>
    `spectral  ${['error', 'warn', 'info', 'hint'][problem.severity]} ${problem.code} #/${problem.path.join('/')}: ${problem.message}`)
}

const lines = [...await redocly(), ...await spectral()]
for (const line of lines) console.log(line)
console.log(`${lines.length} objections`)
process.exitCode = lines.length > 0 ? 1 : 0
