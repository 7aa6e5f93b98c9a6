// Reserves articles for an order.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strconv"

	"github.com/aws/aws-lambda-go/lambda"
)

// Reservation is asked for by an order. Numbers that are only passed on keep the form in which they came.
type Reservation struct {
	Order    json.Number `json:"order"`
	SKU      string      `json:"sku"`
	Quantity int         `json:"quantity"`
	WeightKg json.Number `json:"weightKg"`
}

// Reserved says what was put aside.
type Reserved struct {
	Reservation
	Shelf string `json:"shelf"`
}

// OutOfStock is the error for more than there is.
type OutOfStock struct {
	SKU       string
	Wanted    int
	Available int
}

func (e OutOfStock) Error() string {
	return fmt.Sprintf("%d of %s were ordered, and there are %d", e.Wanted, e.SKU, e.Available)
}

func reserve(available int) func(context.Context, Reservation) (*Reserved, error) {
	return func(_ context.Context, wanted Reservation) (*Reserved, error) {
		if wanted.Quantity > available {
			return nil, OutOfStock{SKU: wanted.SKU, Wanted: wanted.Quantity, Available: available}
		}
		log.Printf("reserved %d of %s", wanted.Quantity, wanted.SKU)
		return &Reserved{Reservation: wanted, Shelf: "A1"}, nil
	}
}

func main() {
	available, err := strconv.Atoi(os.Getenv("UNITS_IN_STOCK"))
	if err != nil {
		log.Fatalf("UNITS_IN_STOCK must be a whole number: %v", err)
	}
	lambda.Start(reserve(available))
}
