import { DeploymentError } from './deployment-error.ts';
import { referencedNames } from './intrinsics.ts';
import type { Template, TemplateResource } from './template.ts';

/**
 * The resources in an order in which each comes after everything that it refers to or depends on.
 * @throws DeploymentError naming the resources of a circle.
 */
export const resourceOrder = (template: Template, place: string): readonly TemplateResource[] => {
  const ordered: TemplateResource[] = [];
  const done = new Set<string>();

  const visit = (resource: TemplateResource, path: readonly string[]): void => {
    const { logicalId } = resource;
    if (done.has(logicalId)) return;
    if (path.includes(logicalId)) {
      const circle = [...path.slice(path.indexOf(logicalId)), logicalId].join(' -> ');
      throw new DeploymentError(`${place}: circular dependency between resources: ${circle}. Break it in the app.`);
    }
    for (const name of [...referencedNames(resource.properties), ...resource.dependsOn]) {
      const needed = template.resources.get(name);
      if (needed) visit(needed, [...path, logicalId]);
    }
    done.add(logicalId);
    ordered.push(resource);
  };

  for (const resource of template.resources.values()) visit(resource, []);
  return ordered;
};
