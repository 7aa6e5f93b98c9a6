//! Chooses the parcel in which a shipment goes.

use lambda_runtime::{run, service_fn, Diagnostic, Error, LambdaEvent};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shipment {
    number: u64,
    weight_kg: f64,
    longest_cm: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Choice {
    number: u64,
    weight_kg: f64,
    parcel: &'static str,
}

/// No parcel takes it.
#[derive(Debug)]
struct ShipmentTooLarge {
    number: u64,
}

impl From<ShipmentTooLarge> for Diagnostic {
    fn from(too_large: ShipmentTooLarge) -> Diagnostic {
        Diagnostic {
            error_type: "ShipmentTooLarge".into(),
            error_message: format!("No parcel takes shipment {}", too_large.number),
        }
    }
}

/// Sizes by the longest side in centimetres and the weight in kilograms.
const PARCELS: [(&str, f64, f64); 3] = [
    ("small", 35.0, 2.0),
    ("medium", 60.0, 5.0),
    ("large", 120.0, 31.5),
];

async fn choose(event: LambdaEvent<Shipment>) -> Result<Choice, ShipmentTooLarge> {
    let Shipment {
        number,
        weight_kg,
        longest_cm,
    } = event.payload;
    let fits = |(_, side, weight): &&(&str, f64, f64)| longest_cm <= *side && weight_kg <= *weight;
    let (parcel, _, _) = PARCELS
        .iter()
        .find(fits)
        .ok_or(ShipmentTooLarge { number })?;
    println!("shipment {number} goes in a {parcel} parcel");
    Ok(Choice {
        number,
        weight_kg,
        parcel,
    })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(choose)).await
}
