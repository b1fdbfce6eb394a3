// As much of an OpenAPI 3.1 description as the page shows.

export interface Schema {
  $ref?: string
  type?: string | string[]
  enum?: unknown[]
  default?: unknown
  items?: Schema
  description?: string
  properties?: Record<string, Schema>
  additionalProperties?: Schema | boolean
  minimum?: number
  maximum?: number
}
export interface Parameter { $ref?: string; name: string; in: string; required?: boolean; description?: string; schema?: Schema }
interface Content { content?: Record<string, { schema?: Schema }> }
export interface Operation { operationId: string; summary: string; tags: string[]; parameters?: Parameter[]; responses: Record<string, Content>; requestBody?: Content }
export interface Description {
  info: { title: string; version: string }
  tags: Array<{ name: string; description: string }>
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema>; parameters?: Record<string, Parameter> }
}

export interface Call { method: string; path: string; operation: Operation; parameters: Parameter[]; answer: string; schema?: Schema }

const last = (ref: string) => ref.split('/').pop() as string

/** A schema in few words: what it is, which values, between which limits. */
export function schemaWords(schema: Schema | undefined, depth = 0): string {
  if (!schema) return ''
  if (schema.$ref) return last(schema.$ref)
  if (schema.enum) return schema.enum.map(String).join(' | ')
  if (schema.items) return `[${schemaWords(schema.items, depth + 1)}]`
  const limits = schema.minimum !== undefined && schema.maximum !== undefined && schema.maximum < 1e15 ? ` ${schema.minimum}–${schema.maximum}` : ''
  return [schema.type ?? 'object'].flat().join(' | ') + limits
}

/** All operations, parameters resolved, in the order of the description. */
export function callsOf(description: Description): Call[] {
  return Object.entries(description.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => {
    const parameters = (operation.parameters ?? []).map((one) => (one.$ref ? description.components.parameters?.[last(one.$ref)] ?? one : one))
    const [answer, body] = Object.entries(operation.responses['200']?.content ?? {})[0] ?? ['', undefined]
    return { method: method.toUpperCase(), path, operation, parameters, answer, schema: body?.schema }
  }))
}

/** The address of a call with what was filled in; null while a part of its path is empty. */
export function addressOf(call: Call, given: Record<string, string>): string | null {
  let path = call.path
  const query = new URLSearchParams()
  for (const one of call.parameters) {
    const value = given[one.name]?.trim() ?? ''
    if (one.in === 'path') {
      if (!value) return null
      path = path.replace(`{${one.name}}`, encodeURIComponent(value))
    } else if (value) {
      query.append(one.name, value)
    }
  }
  return query.size ? `${path}?${query}` : path
}

/** The members of a schema, level by level where they are named: [indent, name, kind, about]. */
export function rowsOf(description: Description, schema: Schema | undefined, depth = 0, seen: string[] = []): Array<{ depth: number; name: string; kind: string; about: string }> {
  if (!schema || depth > 4) return []
  if (schema.$ref) {
    const name = last(schema.$ref)
    return seen.includes(name) ? [] : rowsOf(description, description.components.schemas[name], depth, [...seen, name])
  }
  if (schema.items) return rowsOf(description, schema.items, depth, seen)
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => [
    { depth, name, kind: schemaWords(member), about: member.description ?? '' },
    ...rowsOf(description, member, depth + 1, seen),
  ])
}
