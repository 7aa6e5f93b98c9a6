import { existsSync, readFileSync } from 'node:fs';
import { Command, Flags } from '@oclif/core';
import { invocationLog } from '../invocation-log.js';

export default class Slowest extends Command {
  static summary = 'Show the slowest invocations that ran on this machine';
  static examples = ['<%= config.bin %> <%= command.id %> --count 3'];
  static flags = {
    count: Flags.integer({ summary: 'How many', default: 10, min: 1 }),
  };

  async run() {
    const { flags } = await this.parse(Slowest);
    const log = invocationLog(this.config);
    const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
    const slowest = lines.map((line) => JSON.parse(line)).sort((a, b) => b.durationMs - a.durationMs);
    for (const { function: id, end, durationMs } of slowest.slice(0, flags.count)) {
      this.log(`${String(Math.round(durationMs)).padStart(6)} ms  ${id}  ${end}`);
    }
  }
}
