import { describe } from 'vitest';
import { describeDoors } from './fixtures/both-doors.ts';

describe("a live function, whose stub is started in the runtime's place or called as a handler", () => {
  describeDoors({ node: 22 });
});
