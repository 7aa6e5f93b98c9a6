export async function handler(event: { readonly quantity: number }) {
  return { price: event.quantity * 3 };
}
