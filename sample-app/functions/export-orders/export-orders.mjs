class OrdersUnavailable extends Error {
  name = 'OrdersUnavailable';
}

/** Exports orders as CSV: each page of the list goes out as soon as it is there. */
export const handler = awslambda.streamifyResponse(async ({ ordersUrl }, responseStream) => {
  const csv = awslambda.HttpResponseStream.from(responseStream, {
    statusCode: 200,
    headers: { 'Content-Type': 'text/csv' },
  });
  csv.write('orderId,totalCents\n');
  for (let url = ordersUrl; url !== undefined; ) {
    const response = await fetch(url);
    if (!response.ok) throw new OrdersUnavailable(`${url} answered ${response.status}`);
    const { orders, next } = await response.json();
    csv.write(orders.map(({ orderId, totalCents }) => `${orderId},${totalCents}\n`).join(''));
    url = next;
  }
  csv.end();
});
