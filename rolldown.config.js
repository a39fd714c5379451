// The command line in a handful of files: it starts in a third of the time that 300 modules take to be found and read.
// What a command does not need is a chunk of its own. Names stay, so that stack traces and profiles can be read.
export default {
  input: {
    millrace: 'dist/cli/main.js',
    // A thread's program is looked for beside whoever starts it.
    'compaction-worker': 'dist/kafka/log/compaction/compaction-worker.js',
    'repack-worker': 'dist/kafka/records/repack-worker.js',
  },
  platform: 'node',
  external: ['fzstd'],
  output: {
    // As deep as dist/cli: what is looked for beside the package is found from both.
    dir: 'dist/bin',
    cleanDir: true,
    chunkFileNames: '[name].js',
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  },
}
