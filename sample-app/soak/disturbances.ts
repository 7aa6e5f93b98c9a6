import type { Cloud } from './cloud.ts';
import type { Disturbance } from './plan.ts';
import type { SavedFunction, SoakApp } from './soak-app.ts';
import type { Tunnels } from './tunnels.ts';
import type { Save, Trouble } from './verdict.ts';

/** A stub that stood still while the tunnel was exchanged learns of it with its next event. */
const learnsWithinMs = 8_000;
/** A tunnel hears of a silent socket by a keep-alive that does not come, which takes 70 s, and then connects again. */
const silentMs = 90_000;

/** What was done to a run. */
export interface Disturbances {
  readonly counts: Readonly<Partial<Record<Disturbance, number>>>;
  /** When callers may be told an error. Of a save and a cut they are to see nothing: both are mended in time. */
  readonly troubles: readonly Trouble[];
  readonly saves: Readonly<Record<SavedFunction, readonly Save[]>>;
  disturb(what: Disturbance): Promise<void>;
}

export function createDisturbances(options: {
  readonly app: SoakApp;
  readonly cloud: Cloud;
  readonly tunnels: Tunnels;
}): Disturbances {
  const { app, cloud, tunnels } = options;
  const counts: Partial<Record<Disturbance, number>> = {};
  const troubles: Trouble[] = [];
  const saves: Record<SavedFunction, Save[]> = { Bundled: [], Stream: [] };

  const saveAll = async (): Promise<void> => {
    for (const fn of ['Bundled', 'Stream'] as const) {
      const version = saves[fn].length + 2;
      await app.save(fn, version);
      saves[fn].push({ at: Date.now(), version });
    }
  };
  const perform = async (what: Disturbance): Promise<void> => {
    const from = Date.now();
    switch (what) {
      case 'save':
        return saveAll();
      case 'cut':
        return cloud.cut();
      case 'half-open':
        troubles.push({ what, from, to: from + silentMs });
        return cloud.halfOpen();
      case 'stop':
      case 'kill':
        await tunnels.exchange(what);
        troubles.push({ what, from, to: Date.now() + learnsWithinMs });
        return;
      default:
        return what satisfies never;
    }
  };
  return {
    counts,
    troubles,
    saves,
    disturb: async (what) => {
      await perform(what);
      counts[what] = (counts[what] ?? 0) + 1;
    },
  };
}
