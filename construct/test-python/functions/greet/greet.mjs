export async function handler({ name }) {
  return { greeting: `Hello, ${name}!` };
}
