// Loaded into a program before its own first line: a defect of the program's, on a signal of a test.
process.on('SIGWINCH', () => {
  throw new Error('a planted exception');
});
process.on('SIGCONT', () => void Promise.reject(new Error('a planted rejection')));
