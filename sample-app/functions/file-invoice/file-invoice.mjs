/** Files the invoices that were put into a bucket. */
export async function handler({ Records }) {
  for (const { eventName, s3 } of Records) {
    // S3 writes keys as forms do (S3 User Guide, "Event message structure").
    const key = decodeURIComponent(s3.object.key.replaceAll('+', ' '));
    console.log(`filed ${key}, ${s3.object.size} bytes, since ${eventName}`);
  }
}
