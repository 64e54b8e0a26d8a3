import type { FeatureSupergraph } from '../featureSupergraph.js';
import { aliases } from './aliases.js';
import { circles } from './circles.js';
import { conditions } from './conditions.js';
import { conflicts } from './conflicts.js';
import { contexts } from './contexts.js';
import { faults } from './faults.js';
import { inaccessible } from './inaccessible.js';
import { interfaceObjects } from './interfaceObjects.js';
import { interfaces } from './interfaces.js';
import { keys } from './keys.js';
import { mutations } from './mutations.js';
import { provides } from './provides.js';
import { requirementConflicts } from './requirementConflicts.js';
import { requires } from './requires.js';
import { sharing } from './sharing.js';
import { unions } from './unions.js';
import { values } from './values.js';

export const featureSupergraphs: readonly FeatureSupergraph[] = [
  interfaces,
  unions,
  interfaceObjects,
  requires,
  requirementConflicts,
  provides,
  sharing,
  inaccessible,
  keys,
  circles,
  conflicts,
  conditions,
  aliases,
  contexts,
  values,
  mutations,
  faults,
];
