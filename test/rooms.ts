/**
 * The rooms of the house, ground floor first. A room may use itself and the rooms it names; nothing else.
 * `docs/architecture.md` draws its picture from this table, `rooms.test.ts` holds the code to it.
 */
export const rooms = {
  'base': [],
  'codegen': ['base'],
  'data': ['base'],
  'expr': ['codegen', 'data', 'base'],
  'sql': ['base'],
  'catalog': ['expr', 'data', 'base'],
  'planner': ['sql', 'catalog', 'expr', 'data', 'base'],
  'runtime/state': ['codegen', 'data', 'base'],
  'runtime/dataflow': ['runtime/state', 'data', 'base'],
  'runtime/codegen': ['codegen', 'expr', 'data', 'base'],
  'runtime/operators': ['runtime/codegen', 'runtime/dataflow', 'runtime/state', 'planner', 'codegen', 'expr', 'data', 'base'],
  'runtime/job': ['runtime/operators', 'runtime/codegen', 'runtime/dataflow', 'runtime/state', 'planner', 'expr', 'data', 'base'],
  'formats': ['codegen', 'catalog', 'data', 'base'],
  'kafka/protocol': ['codegen', 'base'],
  'kafka/records': ['data', 'base'],
  'kafka/log': ['kafka/records', 'base'],
  'kafka/broker': ['kafka/log', 'kafka/records', 'kafka/protocol', 'base'],
  'kafka/tools': ['kafka/broker', 'kafka/log', 'kafka/records', 'kafka/protocol', 'base'],
  'kafka/client': ['kafka/records', 'kafka/protocol', 'base'],
  'kafka/registry': ['kafka/client', 'base'],
  'connectors': ['kafka/client', 'kafka/records', 'formats', 'runtime/dataflow', 'catalog', 'codegen', 'data', 'base'],
  'engine': [
    'connectors',
    'formats',
    'runtime/job',
    'runtime/operators',
    'runtime/dataflow',
    'runtime/state',
    'planner',
    'sql',
    'catalog',
    'expr',
    'data',
    'base',
  ],
  'server': ['kafka/registry', 'kafka/client', 'kafka/broker', 'kafka/log', 'kafka/records', 'kafka/protocol', 'base'],
  'cli': ['server', 'engine', 'kafka/tools', 'kafka/client', 'data', 'base'],
  'testing': [
    'server',
    'engine',
    'connectors',
    'kafka/registry',
    'kafka/tools',
    'kafka/client',
    'kafka/broker',
    'kafka/log',
    'kafka/records',
    'kafka/protocol',
    'formats',
    'runtime/job',
    'runtime/operators',
    'runtime/codegen',
    'runtime/dataflow',
    'runtime/state',
    'planner',
    'catalog',
    'sql',
    'expr',
    'codegen',
    'data',
    'base',
  ],
} as const satisfies Record<string, readonly string[]>

/** Files at the top of `src`: the package's public faces. They may use any room. */
export const faces: readonly string[] = ['index.ts', 'broker.ts']

/** Things that have one home. Everyone else asks the home. */
export const homes: readonly { readonly text: RegExp; readonly home: string; readonly instead: string }[] = [
  { text: /new Function\(/, home: 'codegen/compile.ts', instead: 'compile() names the code and keeps its source' },
  {
    text: /Date\.now\(|performance\.now\(/,
    home: 'base/clock.ts',
    instead: 'the Clock that was handed in, so that simulation can turn it',
  },
  { text: /Math\.random\(/, home: 'base/random.ts', instead: 'the seeded Random that was handed in' },
  { text: /process\.(env|argv|exit\()/, home: 'cli/main.ts', instead: 'options that were handed in' },
]
