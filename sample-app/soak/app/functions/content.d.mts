export function textOf(call: number, bytes: number): string;
export function hashOf(text: string): string;
